/**
 * Answers about many objects, asked for a line at a time, in the framing of git-cat-file(1).
 *
 *   <hex> SP <type> SP <size> LF (<bytes> LF)?
 *   <asked> SP missing LF
 *   <asked> SP ambiguous LF      for a prefix of several ids
 */
import {
  CasError,
  findObjectId,
  hexOf,
  InvalidInputError,
  type ManyAnswer,
  NotFoundError,
  type ObjectId,
  type Store,
  typeOfRole,
} from '../index.ts';
import { BatchOutput } from './batch-output.ts';
import type { CommandContext } from './command.ts';

/** A revision is a label of 255 bytes, steps, and a path of at most 4,095, each byte of it at most three. */
const MAX_LINE_BYTES = 16_384;

/** Whether the bytes follow the size. */
type BatchMode = 'print' | 'check';

/** A line that was read; its id is asked for, unless it is known that there is none. */
type Asked =
  | { readonly kind: 'id'; readonly text: string; readonly id: ObjectId }
  | { readonly kind: 'missing' | 'ambiguous'; readonly text: string };

/**
 * Answers until the input ends; whoever waits for an answer gets it before the next line is read.
 *
 * @throws InvalidInputError `LINE_TOO_LONG`
 */
export async function answerBatch(context: CommandContext, mode: BatchMode): Promise<void> {
  const store = await context.store();
  if (mode === 'check') await checkAll(store, context);
  else await printAll(store, context);
}

async function checkAll(store: Store, { stdin, out }: CommandContext): Promise<void> {
  for await (const lines of linesOf(stdin)) {
    for (const line of lines) {
      const asked = await find(store, line);
      const info = asked.kind === 'id' ? await orMissing(() => store.stat(asked.id)) : asked.kind;
      if (typeof info === 'string') await out.line(`${line} ${info}`);
      else await out.line(`${hexOf(info.id)} ${typeOfRole(info.hint)} ${info.sizeBytes}`);
    }
    await out.flush();
  }
}

async function printAll(store: Store, { stdin, out }: CommandContext): Promise<void> {
  const output = new BatchOutput(out);
  const waiting = new AskedQueue();
  for await (const answers of store.readMany(askedIds(store, stdin, waiting))) {
    for (const answer of answers) {
      await printUnknown(output, waiting);
      await printAnswer(output, answer, waiting.take()?.text ?? '');
    }
    await printUnknown(output, waiting);
    await output.flush();
  }
}

/** The ids that lines ask for, a list for each list of lines; what is to be answered is put into `waiting`. */
async function* askedIds(
  store: Store,
  stdin: AsyncIterable<Uint8Array>,
  waiting: AskedQueue,
): AsyncGenerator<readonly ObjectId[]> {
  for await (const lines of linesOf(stdin)) {
    const ids: ObjectId[] = [];
    for (const line of lines) {
      const asked = await find(store, line);
      if (asked.kind === 'id') ids.push(asked.id);
      waiting.add(asked);
    }
    yield ids;
  }
}

/** The lines before the next one that is answered with an object. */
async function printUnknown(output: BatchOutput, waiting: AskedQueue): Promise<void> {
  for (let next = waiting.next; next !== undefined && next.kind !== 'id'; next = waiting.next) {
    await output.text(`${next.text} ${next.kind}\n`);
    waiting.take();
  }
}

async function printAnswer(output: BatchOutput, answer: ManyAnswer, asked: string): Promise<void> {
  if (answer.kind === 'absent') return output.text(`${asked} missing\n`);
  const { id, hint } = answer;
  const sizeBytes = answer.kind === 'whole' ? answer.content.length : answer.sizeBytes;
  await output.text(`${hexOf(id)} ${typeOfRole(hint)} ${sizeBytes}\n`);
  if (answer.kind === 'whole') await output.bytes(answer.content);
  else for await (const piece of answer.content) await output.bytes(piece);
  await output.text('\n');
}

/** What a line asks for. An id needs no looking up, for no label has such a name. */
async function find(store: Store, text: string): Promise<Asked> {
  const id = findObjectId(text);
  if (id !== undefined) return { kind: 'id', text, id };
  const resolved = await orMissing(() => store.resolve(text));
  return typeof resolved === 'string' ? { kind: resolved, text } : { kind: 'id', text, id: resolved.id };
}

async function orMissing<Value>(look: () => Promise<Value>): Promise<Value | 'missing' | 'ambiguous'> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof CasError && error.code === 'ID_AMBIGUOUS') return 'ambiguous';
    if (error instanceof NotFoundError || error instanceof InvalidInputError) return 'missing';
    throw error;
  }
}

/** Lines that wait for their answers, in order. */
class AskedQueue {
  #lines: Asked[] = [];
  #taken = 0;

  get next(): Asked | undefined {
    return this.#lines[this.#taken];
  }

  add(asked: Asked): void {
    if (this.#taken === this.#lines.length) {
      this.#lines = [];
      this.#taken = 0;
    }
    this.#lines.push(asked);
  }

  take(): Asked | undefined {
    return this.#lines[this.#taken++];
  }
}

/** All whole lines that have come so far, at once; the last may lack its line break. */
async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of input) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_BYTES) {
      throw new InvalidInputError('LINE_TOO_LONG', `a line has over ${MAX_LINE_BYTES} bytes`, {
        hint: 'give one revision a line',
      });
    }
    if (lines.length > 0) yield lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield [rest];
}

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
} from '../../index.ts';
import type { CommandContext } from '../command.ts';
import { OutputPipe } from '../output-pipe.ts';
import { BatchOutput, streamSink } from './batch-output.ts';

/** A revision is a label of 255 bytes, steps, and a path of at most 4,095, each byte of it at most three. */
const MAX_LINE_BYTES = 16_384;

/** The larger the window, the fewer bases are decoded again; but to touch memory for the first time takes time too. */
const WINDOW_BYTES: number = 80 * 2 ** 20;

/** Whether the bytes follow the size. */
type BatchMode = 'print' | 'check';

/** Why a line is not answered with an object. */
type Fault = 'missing' | 'ambiguous';

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
    for (const asked of lines) {
      const id = findObjectId(asked) ?? (await resolve(store, asked));
      const info = isFault(id) ? id : await orFault(() => store.stat(id));
      if (isFault(info)) await out.line(`${asked} ${info}`);
      else await out.line(`${hexOf(info.id)} ${typeOfRole(info.hint)} ${info.sizeBytes}`);
    }
    await out.flush();
  }
}

async function printAll(store: Store, { stdin, out, signal }: CommandContext): Promise<void> {
  const output = new BatchOutput(OutputPipe.open(signal) ?? streamSink(out));
  const waiting = new AskedLines();
  const options = { windowBytes: WINDOW_BYTES };
  try {
    for await (const answers of store.readMany(askedIds(store, stdin, waiting), options)) {
      await printAnswers(output, answers, waiting);
      output.send();
    }
  } finally {
    await output.flush(); // what came before a failure, too
  }
}

async function printAnswers(
  output: BatchOutput,
  answers: readonly ManyAnswer[],
  waiting: AskedLines,
): Promise<void> {
  let at = 0;
  while ((at += printReady(output, answers.slice(at), waiting)) < answers.length) {
    await printFaults(output, waiting);
    await printAnswer(output, answers[at++]!, waiting.take());
  }
  await printFaults(output, waiting);
}

/** The ids that lines ask for, a list for each list of lines; the lines are put into `waiting`. */
async function* askedIds(
  store: Store,
  stdin: AsyncIterable<Uint8Array>,
  waiting: AskedLines,
): AsyncGenerator<readonly ObjectId[]> {
  for await (const lines of linesOf(stdin)) {
    const ids = takeSpelledIds(lines, waiting);
    for (const line of lines.slice(ids.length)) {
      const id = findObjectId(line) ?? (await resolve(store, line)); // no label has the name of an id
      if (!isFault(id)) ids.push(id);
      waiting.add(line, isFault(id) ? id : undefined);
    }
    yield ids;
  }
}

/** The ids of lines from the first on, up to one that spells none. */
function takeSpelledIds(lines: readonly string[], waiting: AskedLines): ObjectId[] {
  const ids: ObjectId[] = [];
  for (const line of lines) {
    const id = findObjectId(line);
    if (id === undefined) break;
    ids.push(id);
    waiting.add(line, undefined);
  }
  return ids;
}

/** The lines before the next one that is answered with an object. */
async function printFaults(output: BatchOutput, waiting: AskedLines): Promise<void> {
  for (let { fault } = waiting; fault !== undefined; { fault } = waiting)
    await output.text(`${waiting.take()} ${fault}\n`);
}

/** Prints answers for as long as none of them has to wait. @returns how many it printed */
function printReady(output: BatchOutput, answers: readonly ManyAnswer[], waiting: AskedLines): number {
  let count = 0;
  for (; count < answers.length && waiting.fault === undefined; count++) {
    const answer = answers[count]!;
    if (answer.kind !== 'whole') break;
    if (!output.tryFrame(headerOf(answer, answer.content.length), answer.content)) break;
    waiting.take();
  }
  return count;
}

async function printAnswer(output: BatchOutput, answer: ManyAnswer, asked: string): Promise<void> {
  if (answer.kind === 'absent') return output.text(`${asked} missing\n`);
  const isWhole = answer.kind === 'whole';
  await output.text(headerOf(answer, isWhole ? answer.content.length : answer.sizeBytes));
  for await (const piece of isWhole ? [answer.content] : answer.content) await output.bytes(piece);
  await output.text('\n');
}

function headerOf({ id, hint }: Exclude<ManyAnswer, { kind: 'absent' }>, sizeBytes: number): string {
  return `${hexOf(id)} ${typeOfRole(hint)} ${sizeBytes}\n`;
}

async function resolve(store: Store, text: string): Promise<ObjectId | Fault> {
  const resolved = await orFault(() => store.resolve(text));
  return isFault(resolved) ? resolved : resolved.id;
}

function isFault(found: unknown): found is Fault {
  return found === 'missing' || found === 'ambiguous';
}

async function orFault<Value>(look: () => Promise<Value>): Promise<Value | Fault> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof CasError && error.code === 'ID_AMBIGUOUS') return 'ambiguous';
    if (error instanceof NotFoundError || error instanceof InvalidInputError) return 'missing';
    throw error;
  }
}

/** Lines that wait for their answers, in order. */
class AskedLines {
  #lines: string[] = [];
  #faults = new Map<number, Fault>();
  #taken = 0;

  /** Why the next line has no object; `undefined` where it may have one, or there is none. */
  get fault(): Fault | undefined {
    return this.#faults.size === 0 ? undefined : this.#faults.get(this.#taken);
  }

  add(line: string, fault: Fault | undefined): void {
    if (this.#taken === this.#lines.length) {
      this.#lines = [];
      this.#faults.clear();
      this.#taken = 0;
    }
    if (fault !== undefined) this.#faults.set(this.#lines.length, fault);
    this.#lines.push(line);
  }

  take(): string {
    return this.#lines[this.#taken++] ?? '';
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

/**
 * Answers about many objects, asked for a line at a time, in the framing of git-cat-file(1).
 *
 *   <hex> SP <type> SP <size> LF (<bytes> LF)?
 *   <asked> SP missing LF
 *   <asked> SP ambiguous LF      for a prefix of several ids
 */
import {
  CasError,
  hexOf,
  InvalidInputError,
  NotFoundError,
  type ObjectInfo,
  type Store,
  typeOfRole,
} from '../index.ts';
import type { CommandContext } from './command.ts';
import { printObject } from './object-output.ts';

/** A revision is a label of 255 bytes, steps, and a path of at most 4,095, each byte of it at most three. */
const MAX_LINE_BYTES = 16_384;

/** Whether the bytes follow the size. */
type BatchMode = 'print' | 'check';

/**
 * Answers until the input ends; whoever waits for an answer gets it before the next line is read.
 *
 * @throws InvalidInputError `LINE_TOO_LONG`
 */
export async function answerBatch(
  { stdin, out, store: open }: CommandContext,
  mode: BatchMode,
): Promise<void> {
  const store = await open();
  for await (const lines of linesOf(stdin)) {
    for (const asked of lines) {
      const found = await find(store, asked);
      if (typeof found === 'string') {
        await out.line(`${asked} ${found}`);
        continue;
      }
      await out.line(`${hexOf(found.id)} ${typeOfRole(found.hint)} ${found.sizeBytes}`);
      if (mode === 'check') continue;
      await printObject(store, found, { out });
      await out.line();
    }
    await out.flush();
  }
}

async function find(store: Store, asked: string): Promise<ObjectInfo | 'missing' | 'ambiguous'> {
  try {
    return await store.stat((await store.resolve(asked)).id);
  } catch (error) {
    if (error instanceof CasError && error.code === 'ID_AMBIGUOUS') return 'ambiguous';
    if (error instanceof NotFoundError || error instanceof InvalidInputError) return 'missing';
    throw error;
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

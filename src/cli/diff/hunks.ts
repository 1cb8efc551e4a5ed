/** What differs between two texts, as the hunks of a unified diff. */
import { compareLines, type Difference } from './line-comparison.ts';
import { type NumberedPair, numberLines } from './numbered-lines.ts';
import { slideDifferences, type Texts } from './slide.ts';

/** Differences that are told together, with the lines around them. */
interface Hunk extends Difference {
  readonly differences: readonly Difference[];
}

const LINE_BREAK = 0x0a;
const [SAME, GONE, NEW] = [0x20, 0x2d, 0x2b];
const NO_LINE_BREAK: Buffer = Buffer.from('\n\\ No newline at end of file\n');

/**
 * @param contextLines how many equal lines stand around those that differ
 * @returns the bytes of a patch, without a head; none where the texts are equal, `undefined` where they have too many
 * lines
 */
export function formatHunks(texts: Texts, contextLines: number): Uint8Array | undefined {
  const pair = numberLines(texts.before, texts.after);
  if (pair === undefined) return undefined;
  const differences = slideDifferences(compareLines(pair), pair, texts);
  const hunks = gatherHunks(differences, pair, contextLines);
  const heads = hunks.map((hunk) => Buffer.from(headOf(hunk)));
  const lengths = hunks.map((hunk, number) => heads[number]!.length + lengthOf(hunk, pair));
  const writer = new HunkWriter(
    texts,
    pair,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  for (const [number, hunk] of hunks.entries()) writer.write(hunk, heads[number]!);
  return writer.bytes;
}

/** Two differences are in one hunk where no line between them is left out. */
function gatherHunks(
  differences: readonly Difference[],
  { before, after }: NumberedPair,
  contextLines: number,
): Hunk[] {
  const hunks: Hunk[] = [];
  let gathered: Difference[] = [];
  for (const [number, difference] of differences.entries()) {
    gathered.push(difference);
    const next = differences[number + 1];
    if (next !== undefined && next.beforeFrom - difference.beforeTo <= 2 * contextLines) continue;
    const first = gathered[0]!;
    const above = Math.min(contextLines, first.beforeFrom);
    const below = Math.min(contextLines, before.numbers.length - difference.beforeTo);
    hunks.push({
      beforeFrom: first.beforeFrom - above,
      beforeTo: difference.beforeTo + below,
      afterFrom: first.afterFrom - above,
      afterTo: Math.min(difference.afterTo + below, after.numbers.length),
      differences: gathered,
    });
    gathered = [];
  }
  return hunks;
}

function headOf({ beforeFrom, beforeTo, afterFrom, afterTo }: Hunk): string {
  return `@@ -${rangeOf(beforeFrom, beforeTo)} +${rangeOf(afterFrom, afterTo)} @@\n`;
}

/** The first line and how many; of no lines, the number is that of the line before. */
function rangeOf(from: number, to: number): string {
  return `${to > from ? from + 1 : from},${to - from}`;
}

/** An upper bound of the bytes of its lines. */
function lengthOf({ beforeFrom, beforeTo, differences }: Hunk, { before, after }: NumberedPair): number {
  let length = bytesBetween(before.starts, beforeFrom, beforeTo);
  for (const { afterFrom, afterTo } of differences) length += bytesBetween(after.starts, afterFrom, afterTo);
  return length + 2 * NO_LINE_BREAK.length;
}

/** With a sign before each line. */
function bytesBetween(starts: Int32Array, from: number, to: number): number {
  return starts[to]! - starts[from]! + to - from;
}

class HunkWriter {
  readonly #texts: Texts;
  readonly #pair: NumberedPair;
  readonly #bytes: Buffer;
  #length = 0;

  /** @param room an upper bound of what will be written */
  constructor(texts: Texts, pair: NumberedPair, room: number) {
    this.#texts = texts;
    this.#pair = pair;
    this.#bytes = Buffer.allocUnsafeSlow(room);
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  write({ beforeFrom, beforeTo, differences }: Hunk, head: Uint8Array): void {
    this.#add(head);
    let at = beforeFrom;
    for (const difference of differences) {
      this.#before(SAME, at, difference.beforeFrom);
      this.#before(GONE, difference.beforeFrom, difference.beforeTo);
      this.#after(NEW, difference.afterFrom, difference.afterTo);
      at = difference.beforeTo;
    }
    this.#before(SAME, at, beforeTo);
  }

  #before(sign: number, from: number, to: number): void {
    this.#lines(sign, this.#texts.before, this.#pair.before.starts.subarray(from, to + 1));
  }

  #after(sign: number, from: number, to: number): void {
    this.#lines(sign, this.#texts.after, this.#pair.after.starts.subarray(from, to + 1));
  }

  /** @param starts of the lines, and the end of the last */
  #lines(sign: number, text: Uint8Array, starts: Int32Array): void {
    const bytes = this.#bytes;
    let length = this.#length;
    for (let line = 0; line + 1 < starts.length; line++) {
      bytes[length++] = sign;
      const end = starts[line + 1]!;
      for (let at = starts[line]!; at < end; at++) bytes[length++] = text[at]!;
    }
    this.#length = length;
    if (starts.length > 1 && bytes[length - 1] !== LINE_BREAK) this.#add(NO_LINE_BREAK);
  }

  #add(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }
}

/**
 * Which lines of one text gave way to which of another.
 *
 * Lines that are there once on either side stand for what people see as the same place: those of them that come in the
 * same order are kept, and what lies between them is compared by itself in the same way, so that a long text becomes
 * many short problems. Where there are none, the shortest way is looked for among the lines that both sides have.
 */
import { type Effort, markEdits } from './edit-marks.ts';
import { longestRise } from './longest-rise.ts';
import type { NumberedPair } from './numbered-lines.ts';

/** Lines from each `from` on, up to, not including, each `to`; one of the two may be none. */
export interface Difference {
  readonly beforeFrom: number;
  readonly beforeTo: number;
  readonly afterFrom: number;
  readonly afterTo: number;
}

/** Steps before what remains is told as replaced: a second or two, of which no text that people write needs a part. */
const MAX_STEPS = 2 ** 24;
/** Parts of parts that are looked through for lines that are there once; each takes a look at all lines. */
const MAX_DEPTH = 16;

/** Ascending; between any two is at least one line that both have. The same texts give the same on every machine. */
export function compareLines(pair: NumberedPair): Difference[] {
  return new LineComparison(pair).differences();
}

class LineComparison {
  readonly #before: Int32Array;
  readonly #after: Int32Array;
  readonly #isGone: Uint8Array;
  readonly #isNew: Uint8Array;
  /** How often each line is in a part, on either side, and where it was last seen; all 0 between uses. */
  readonly #beforeCounts: Int32Array;
  readonly #afterCounts: Int32Array;
  readonly #afterPlaces: Int32Array;
  readonly #effort: Effort = { left: MAX_STEPS };

  constructor({ before, after, distinct }: NumberedPair) {
    this.#before = before.numbers;
    this.#after = after.numbers;
    this.#isGone = new Uint8Array(this.#before.length);
    this.#isNew = new Uint8Array(this.#after.length);
    this.#beforeCounts = new Int32Array(distinct);
    this.#afterCounts = new Int32Array(distinct);
    this.#afterPlaces = new Int32Array(distinct);
  }

  differences(): Difference[] {
    const whole = {
      beforeFrom: 0,
      beforeTo: this.#before.length,
      afterFrom: 0,
      afterTo: this.#after.length,
    };
    this.#compare(whole, 0);
    return gatherMarks(this.#isGone, this.#isNew);
  }

  #compare(part: Difference, depth: number): void {
    const { beforeFrom, beforeTo, afterFrom, afterTo } = this.#trimmed(part);
    if (beforeFrom === beforeTo || afterFrom === afterTo) {
      this.#isGone.fill(1, beforeFrom, beforeTo);
      this.#isNew.fill(1, afterFrom, afterTo);
      return;
    }
    const rest = { beforeFrom, beforeTo, afterFrom, afterTo };
    this.#count(rest);
    const anchors = depth < MAX_DEPTH ? this.#findAnchors(rest) : [];
    if (anchors.length === 0) return this.#compareCommon(rest);
    this.#forget(rest);
    let [from, to] = [beforeFrom, afterFrom];
    for (const { before, after } of anchors) {
      this.#compare({ beforeFrom: from, beforeTo: before, afterFrom: to, afterTo: after }, depth + 1);
      [from, to] = [before + 1, after + 1];
    }
    this.#compare({ beforeFrom: from, beforeTo, afterFrom: to, afterTo }, depth + 1);
  }

  /** Without what both begin and end with. */
  #trimmed({ beforeFrom, beforeTo, afterFrom, afterTo }: Difference): Difference {
    const before = this.#before;
    const after = this.#after;
    while (beforeFrom < beforeTo && afterFrom < afterTo && before[beforeFrom] === after[afterFrom]) {
      beforeFrom++;
      afterFrom++;
    }
    while (beforeFrom < beforeTo && afterFrom < afterTo && before[beforeTo - 1] === after[afterTo - 1]) {
      beforeTo--;
      afterTo--;
    }
    return { beforeFrom, beforeTo, afterFrom, afterTo };
  }

  #count({ beforeFrom, beforeTo, afterFrom, afterTo }: Difference): void {
    for (let at = beforeFrom; at < beforeTo; at++) this.#beforeCounts[this.#before[at]!]!++;
    for (let at = afterFrom; at < afterTo; at++) {
      this.#afterCounts[this.#after[at]!]!++;
      this.#afterPlaces[this.#after[at]!] = at;
    }
  }

  #forget({ beforeFrom, beforeTo, afterFrom, afterTo }: Difference): void {
    for (let at = beforeFrom; at < beforeTo; at++) this.#beforeCounts[this.#before[at]!] = 0;
    for (let at = afterFrom; at < afterTo; at++) this.#afterCounts[this.#after[at]!] = 0;
  }

  /** The lines that are once on either side, as many of them as come in the same order. */
  #findAnchors({ beforeFrom, beforeTo }: Difference): { before: number; after: number }[] {
    const places: number[] = [];
    const targets: number[] = [];
    for (let at = beforeFrom; at < beforeTo; at++) {
      const line = this.#before[at]!;
      if (this.#beforeCounts[line] !== 1 || this.#afterCounts[line] !== 1) continue;
      places.push(at);
      targets.push(this.#afterPlaces[line]!);
    }
    return longestRise(targets).map((number) => ({ before: places[number]!, after: targets[number]! }));
  }

  /** What only one side has is different without more ado; the rest is compared by the shortest way. */
  #compareCommon(part: Difference): void {
    const { beforeFrom, beforeTo, afterFrom, afterTo } = part;
    const before = placesOf(this.#before, this.#afterCounts, beforeFrom, beforeTo);
    const after = placesOf(this.#after, this.#beforeCounts, afterFrom, afterTo);
    this.#forget(part);
    const marks = markEdits(
      Array.from(before, (at) => this.#before[at]!),
      Array.from(after, (at) => this.#after[at]!),
      this.#effort,
    );
    this.#isGone.fill(1, beforeFrom, beforeTo);
    this.#isNew.fill(1, afterFrom, afterTo);
    for (let at = 0; at < before.length; at++) this.#isGone[before[at]!] = marks.before[at]!;
    for (let at = 0; at < after.length; at++) this.#isNew[after[at]!] = marks.after[at]!;
  }
}

/** Where the lines are that the other side has as well. */
function placesOf(lines: Int32Array, counts: Int32Array, from: number, to: number): Int32Array {
  const places = new Int32Array(to - from);
  let count = 0;
  for (let at = from; at < to; at++) if (counts[lines[at]!] !== 0) places[count++] = at;
  return places.subarray(0, count);
}

/** What is not marked is the same on both sides, line by line. */
function gatherMarks(isGone: Uint8Array, isNew: Uint8Array): Difference[] {
  const found: Difference[] = [];
  for (let [before, after] = [0, 0]; before < isGone.length || after < isNew.length; before++, after++) {
    const [beforeFrom, afterFrom] = [before, after];
    while (isGone[before] === 1) before++;
    while (isNew[after] === 1) after++;
    if (before > beforeFrom || after > afterFrom)
      found.push({ beforeFrom, beforeTo: before, afterFrom, afterTo: after });
  }
  return found;
}

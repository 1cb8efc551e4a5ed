/**
 * The fewest members to take out of one sequence and to put in to make another: Myers, "An O(ND) Difference Algorithm
 * and Its Variations", 1986, in linear space.
 *
 * A path leads from the start of both sequences to their ends: along the one where a member goes, along the other where
 * one comes, and along both where they are equal, which costs nothing. From either end at once, all paths of one more
 * edit are followed, each as far as it goes; where two meet, the sequences are cut, and so are their parts. Where so
 * many edits are needed that it would take long, the path that has come furthest is taken to be a good one.
 */

/** Work that may still be done; shared by all parts of a comparison. */
export interface Effort {
  /** Edits that are tried, and equal members that are passed. */
  left: number;
}

/** Of both sequences, what is no part of the other: 1 for each such member. */
export interface EditMarks {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** A part of either sequence: from each `from` on, up to, not including, each `to`. */
export interface Box {
  readonly beforeFrom: number;
  readonly beforeTo: number;
  readonly afterFrom: number;
  readonly afterTo: number;
}

/** Two sequences, to be compared. */
export interface SequencePair {
  readonly before: Int32Array;
  readonly after: Int32Array;
}

interface Point {
  readonly before: number;
  readonly after: number;
}

/** After so many edits from either end, or the root of the length, paths that have not met are good enough. */
const MIN_EDITS = 256;

/** What is left of a box without what both of its parts begin and end with. */
export function trimBox(box: Box, { before, after }: SequencePair): Box {
  let { beforeFrom, beforeTo, afterFrom, afterTo } = box;
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

/** @param effort is used up; once nothing is left of it, what remains to be compared counts as different */
export function findEditPath(pair: SequencePair, effort: Effort): EditMarks {
  const { before, after } = pair;
  const path = new EditPath(pair, effort);
  path.mark({ beforeFrom: 0, beforeTo: before.length, afterFrom: 0, afterTo: after.length });
  return path.marks;
}

class EditPath {
  readonly marks: EditMarks;
  readonly #pair: SequencePair;
  readonly #effort: Effort;
  /** How far along `before` each diagonal was followed; its number is the place there less the one in `after`. */
  readonly #forward: Int32Array;
  readonly #backward: Int32Array;
  /** Where in these the diagonal 0 is. */
  readonly #zero: number;
  readonly #maxEdits: number;

  constructor(pair: SequencePair, effort: Effort) {
    const { before, after } = pair;
    this.#pair = pair;
    this.#effort = effort;
    this.marks = { before: new Uint8Array(before.length), after: new Uint8Array(after.length) };
    const diagonals = before.length + after.length + 3;
    this.#forward = new Int32Array(diagonals);
    this.#backward = new Int32Array(diagonals);
    this.#zero = after.length + 1;
    this.#maxEdits = Math.max(MIN_EDITS, Math.ceil(Math.sqrt(diagonals)));
  }

  /** The larger part is gone on with in place, so that calls are never nested deeply. */
  mark(whole: Box): void {
    for (let box = trimBox(whole, this.#pair); ; ) {
      const { beforeFrom, beforeTo, afterFrom, afterTo } = box;
      const isDone = beforeFrom === beforeTo || afterFrom === afterTo;
      const cut = isDone || this.#effort.left <= 0 ? undefined : this.#findCut(box);
      if (cut === undefined) {
        this.marks.before.fill(1, beforeFrom, beforeTo);
        this.marks.after.fill(1, afterFrom, afterTo);
        return;
      }
      const head = trimBox({ beforeFrom, beforeTo: cut.before, afterFrom, afterTo: cut.after }, this.#pair);
      const tail = trimBox({ beforeFrom: cut.before, beforeTo, afterFrom: cut.after, afterTo }, this.#pair);
      const isHeadSmaller = sizeOf(head) < sizeOf(tail);
      this.mark(isHeadSmaller ? head : tail);
      box = isHeadSmaller ? tail : head;
    }
  }

  /** Where a good path leads through, or `undefined` where none is better than to replace all. @param box trimmed */
  #findCut(box: Box): Point | undefined {
    const { beforeFrom, beforeTo, afterFrom, afterTo } = box;
    const [forward, backward, zero] = [this.#forward, this.#backward, this.#zero];
    const start = beforeFrom - afterFrom;
    const end = beforeTo - afterTo;
    const isOdd = ((start - end) & 1) !== 0;
    const ahead = new Front(start, box);
    const behind = new Front(end, box);
    forward[zero + start] = beforeFrom;
    backward[zero + end] = beforeTo;
    for (let edits = 1; edits <= this.#maxEdits && this.#effort.left > 0; edits++) {
      ahead.widen(forward, zero, -1);
      for (let diagonal = ahead.highest; diagonal >= ahead.lowest; diagonal -= 2) {
        const at = this.#goForward(diagonal, box);
        const hasMet = isOdd && behind.has(diagonal) && backward[zero + diagonal]! <= at;
        if (hasMet) return cutAt(at, diagonal, box);
      }
      behind.widen(backward, zero, 0x7fffffff);
      for (let diagonal = behind.highest; diagonal >= behind.lowest; diagonal -= 2) {
        const at = this.#goBackward(diagonal, box);
        const hasMet = !isOdd && ahead.has(diagonal) && at <= forward[zero + diagonal]!;
        if (hasMet) return cutAt(at, diagonal, box);
      }
      this.#effort.left -= ahead.highest - ahead.lowest + behind.highest - behind.lowest + 2;
    }
    return this.#furthest(box, ahead, behind);
  }

  #goForward(diagonal: number, { beforeTo, afterTo }: Box): number {
    const { before, after } = this.#pair;
    const forward = this.#forward;
    const place = this.#zero + diagonal;
    const start = Math.max(forward[place - 1]! + 1, forward[place + 1]!);
    let at = start;
    while (at < beforeTo && at - diagonal < afterTo && before[at] === after[at - diagonal]) at++;
    this.#effort.left -= at - start;
    return (forward[place] = at);
  }

  #goBackward(diagonal: number, { beforeFrom, afterFrom }: Box): number {
    const { before, after } = this.#pair;
    const backward = this.#backward;
    const place = this.#zero + diagonal;
    const start = Math.min(backward[place - 1]!, backward[place + 1]! - 1);
    let at = start;
    while (at > beforeFrom && at - diagonal > afterFrom && before[at - 1] === after[at - diagonal - 1]) at--;
    this.#effort.left -= start - at;
    return (backward[place] = at);
  }

  #furthest(box: Box, ahead: Front, behind: Front): Point | undefined {
    let best: Point | undefined;
    let most = 0;
    const consider = (point: Point | undefined, from: Point): void => {
      if (point === undefined) return;
      const distance = Math.abs(point.before - from.before) + Math.abs(point.after - from.after);
      if (distance <= most) return;
      most = distance;
      best = point;
    };
    const first = { before: box.beforeFrom, after: box.afterFrom };
    for (let diagonal = ahead.lowest; diagonal <= ahead.highest; diagonal += 2)
      consider(cutAt(this.#forward[this.#zero + diagonal]!, diagonal, box), first);
    const last = { before: box.beforeTo, after: box.afterTo };
    for (let diagonal = behind.lowest; diagonal <= behind.highest; diagonal += 2)
      consider(cutAt(this.#backward[this.#zero + diagonal]!, diagonal, box), last);
    return best;
  }
}

/** The diagonals that paths of so many edits have come to: every other one from the lowest to the highest. */
class Front {
  lowest: number;
  highest: number;
  readonly #min: number;
  readonly #max: number;

  constructor(start: number, { beforeFrom, beforeTo, afterFrom, afterTo }: Box) {
    this.lowest = start;
    this.highest = start;
    this.#min = beforeFrom - afterTo;
    this.#max = beforeTo - afterFrom;
  }

  /** By one edit; those at the edge of the box have no way further out. @param nowhere no path comes from there */
  widen(reached: Int32Array, zero: number, nowhere: number): void {
    if (this.lowest > this.#min) reached[zero + --this.lowest - 1] = nowhere;
    else this.lowest++;
    if (this.highest < this.#max) reached[zero + ++this.highest + 1] = nowhere;
    else this.highest--;
  }

  has(diagonal: number): boolean {
    return this.lowest <= diagonal && diagonal <= this.highest;
  }
}

/** `undefined` for what is outside of the box, or a corner of it that would leave it as it is. */
function cutAt(at: number, diagonal: number, box: Box): Point | undefined {
  const { beforeFrom, beforeTo, afterFrom, afterTo } = box;
  const after = at - diagonal;
  const isInside = at >= beforeFrom && at <= beforeTo && after >= afterFrom && after <= afterTo;
  const isStart = at === beforeFrom && after === afterFrom;
  const isEnd = at === beforeTo && after === afterTo;
  return isInside && !isStart && !isEnd ? { before: at, after } : undefined;
}

function sizeOf({ beforeFrom, beforeTo, afterFrom, afterTo }: Box): number {
  return beforeTo - beforeFrom + afterTo - afterFrom;
}

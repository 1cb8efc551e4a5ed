/** The longest part of a sequence that ascends, its members not necessarily next to each other. */

/**
 * @param values all different
 * @returns which of the values are in it, by their places, ascending; one of the longest, where there are several
 */
export function longestRise(values: readonly number[]): number[] {
  // Of all rises of one length the one with the least end is worth going on with: those ends ascend.
  const ends: number[] = [];
  const previous = new Int32Array(values.length);
  for (const [at, value] of values.entries()) {
    const length = countBelow(ends, value, values);
    previous[at] = length === 0 ? -1 : ends[length - 1]!;
    ends[length] = at;
  }
  const rise = Array.from(ends);
  let at = ends.at(-1) ?? -1;
  for (let place = ends.length - 1; place >= 0; place--) {
    rise[place] = at;
    at = previous[at]!;
  }
  return rise;
}

/** How many of the ends have values below this one. */
function countBelow(ends: readonly number[], value: number, values: readonly number[]): number {
  let [low, high] = [0, ends.length];
  if (high > 0 && values[ends[high - 1]!]! < value) return high; // nearly always
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[ends[middle]!]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

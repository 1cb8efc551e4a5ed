/** The fewest members to take out of one sequence, and to put in, to make another: by the `diff` package. */
import { diffArrays } from 'diff';

/** Steps that may still be done; shared by all parts of a comparison. */
export interface Effort {
  /** The package takes some as many steps as the square of the edits that are needed. */
  left: number;
}

/** Of both sequences, what is no part of the other: 1 for each such member. */
export interface EditMarks {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** @param effort is used up; where too little is left of it, all that is compared counts as different */
export function markEdits(before: number[], after: number[], effort: Effort): EditMarks {
  const marks = { before: new Uint8Array(before.length), after: new Uint8Array(after.length) };
  const maxEditLength = Math.floor(Math.sqrt(Math.max(effort.left, 0)));
  const changes = diffArrays(before, after, { maxEditLength });
  let edits = changes === undefined ? maxEditLength : 0;
  if (changes === undefined) {
    marks.before.fill(1);
    marks.after.fill(1);
  }
  for (let [from, to, at] = [0, 0, 0]; at < (changes?.length ?? 0); at++) {
    const { added, removed, count } = changes![at]!;
    if (removed) marks.before.fill(1, from, from + count);
    if (added) marks.after.fill(1, to, to + count);
    if (added || removed) edits += count;
    if (!added) from += count;
    if (!removed) to += count;
  }
  effort.left -= edits * edits;
  return marks;
}

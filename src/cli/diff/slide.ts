/**
 * Where a change is told that could as well be told some lines above or below: where `}`, `}` becomes `}`, `new`, `}`
 * nothing says which brace is the new one, but people read whole paragraphs and blocks more easily than parts of two.
 */
import type { Difference } from './line-comparison.ts';
import type { NumberedLines, NumberedPair } from './numbered-lines.ts';

/** A text, and its lines. */
interface Side {
  readonly text: Uint8Array;
  readonly lines: NumberedLines;
}

export interface Texts {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** From so many places for one change the best is chosen. */
const MAX_PLACES = 100;
const [TAB, LINE_BREAK, RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20];
const TAB_COLUMNS = 8;

/** The same differences where they read best; those that can be told as one are one. */
export function slideDifferences(
  differences: readonly Difference[],
  pair: NumberedPair,
  texts: Texts,
): Difference[] {
  const before = { text: texts.before, lines: pair.before };
  const after = { text: texts.after, lines: pair.after };
  const slid: Difference[] = []; // the last first
  for (const difference of differences.toReversed()) {
    const next = slid.at(-1);
    const limit = next === undefined ? undefined : next.beforeFrom;
    let lowest = slideDown(difference, { before, after, limit });
    if (next !== undefined && lowest.beforeTo === next.beforeFrom) {
      slid.pop();
      lowest = { ...lowest, beforeTo: next.beforeTo, afterTo: next.afterTo };
    }
    slid.push(lowest);
  }
  const ascending = slid.toReversed();
  return ascending.map((difference, number) => {
    const floor = ascending[number - 1]?.beforeTo ?? -1;
    return slideToBest(difference, { before, after, floor });
  });
}

/** As far down as it goes, up to the line `limit` of the first text. */
function slideDown(
  difference: Difference,
  {
    before,
    after,
    limit,
  }: { readonly before: Side; readonly after: Side; readonly limit: number | undefined },
): Difference {
  const moving = movingSide(difference, before, after);
  if (moving === undefined) return difference;
  const { numbers } = moving.side.lines;
  const most = Math.min(
    numbers.length - moving.to,
    (limit ?? before.lines.numbers.length) - difference.beforeTo,
  );
  let count = 0;
  while (count < most && numbers[moving.from + count] === numbers[moving.to + count]) count++;
  return moved(difference, count);
}

/** @param floor a line of the first text that stays above it */
function slideToBest(
  difference: Difference,
  { before, after, floor }: { readonly before: Side; readonly after: Side; readonly floor: number },
): Difference {
  const moving = movingSide(difference, before, after);
  if (moving === undefined) return difference;
  const { side, from, to } = moving;
  const { numbers } = side.lines;
  let best = 0;
  let bestWorth = worthOf(side, from);
  for (let up = 1; up < MAX_PLACES && up <= from && difference.beforeFrom - up > floor; up++) {
    if (numbers[from - up] !== numbers[to - up]) break;
    const worth = worthOf(side, from - up);
    if (worth <= bestWorth) continue;
    best = up;
    bestWorth = worth;
  }
  return moved(difference, -best);
}

/** Only what is removed alone, or added alone, can be told elsewhere. */
function movingSide(
  { beforeFrom, beforeTo, afterFrom, afterTo }: Difference,
  before: Side,
  after: Side,
): { readonly side: Side; readonly from: number; readonly to: number } | undefined {
  if (beforeFrom === beforeTo) return { side: after, from: afterFrom, to: afterTo };
  return afterFrom === afterTo ? { side: before, from: beforeFrom, to: beforeTo } : undefined;
}

function moved({ beforeFrom, beforeTo, afterFrom, afterTo }: Difference, lines: number): Difference {
  return {
    beforeFrom: beforeFrom + lines,
    beforeTo: beforeTo + lines,
    afterFrom: afterFrom + lines,
    afterTo: afterTo + lines,
  };
}

/** How well something begins at a line: behind an empty one, then not further out than the one before, then far out. */
function worthOf(side: Side, line: number): number {
  const indent = indentOf(side, line) ?? 0;
  const above = line === 0 ? undefined : indentOf(side, line - 1);
  const isStart = above === undefined && indentOf(side, line) !== undefined;
  const isPart = above !== undefined && indent < above;
  return (isStart ? 2 : isPart ? 0 : 1) * 2 ** 31 - indent;
}

/** In columns; `undefined` for a line of blanks alone. */
function indentOf({ text, lines: { starts } }: Side, line: number): number | undefined {
  let columns = 0;
  const end = starts[line + 1]!;
  for (let at = starts[line]!; at < end; at++) {
    const byte = text[at];
    if (byte === SPACE) columns++;
    else if (byte === TAB) columns += TAB_COLUMNS - (columns % TAB_COLUMNS);
    else return byte === LINE_BREAK || byte === RETURN ? undefined : columns;
  }
  return undefined;
}

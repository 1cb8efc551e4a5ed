/** What differs between two texts, as the hunks of a unified diff. What compares lines is loaded when it is needed. */
import type { StructuredPatchHunk } from 'diff';

/**
 * Lines that may differ before texts are no longer compared line by line: the time it takes grows with the square
 * of it, and the same texts must give the same hunks on every machine.
 */
const MAX_EDITS = 3000;
const NO_LINE_BREAK = '\n\\ No newline at end of file';

/** @param contextLines how many equal lines stand around those that differ */
export async function formatHunks(before: string, after: string, contextLines: number): Promise<string> {
  const { structuredPatch } = await import('diff');
  const options = { context: contextLines, maxEditLength: MAX_EDITS };
  const compared = structuredPatch('', '', before, after, undefined, undefined, options);
  const hunks = compared?.hunks ?? [replaceMiddle(linesOf(before), linesOf(after), contextLines)];
  return hunks.map(formatHunk).join('');
}

function formatHunk({ oldStart, oldLines, newStart, newLines, lines }: StructuredPatchHunk): string {
  // Of no lines, the number is that of the line before.
  const before = `${oldLines === 0 ? oldStart - 1 : oldStart},${oldLines}`;
  const after = `${newLines === 0 ? newStart - 1 : newStart},${newLines}`;
  return `@@ -${before} +${after} @@\n${lines.join('\n')}\n`;
}

/** One hunk that leaves only what both texts begin and end with. */
function replaceMiddle(
  before: readonly string[],
  after: readonly string[],
  contextLines: number,
): StructuredPatchHunk {
  const start = equalLines(before, after);
  const rest = Math.min(before.length, after.length) - start;
  const end = Math.min(equalLines(before.toReversed(), after.toReversed()), rest);
  const from = Math.max(start - contextLines, 0);
  const [beforeEnd, afterEnd] = [before.length - end, after.length - end];
  const behind = Math.min(end, contextLines);
  return {
    oldStart: from + 1,
    oldLines: beforeEnd + behind - from,
    newStart: from + 1,
    newLines: afterEnd + behind - from,
    lines: [
      ...marked(' ', before.slice(from, start)),
      ...marked('-', before.slice(start, beforeEnd)),
      ...marked('+', after.slice(start, afterEnd)),
      ...marked(' ', before.slice(beforeEnd, beforeEnd + behind)),
    ],
  };
}

function equalLines(left: readonly string[], right: readonly string[]): number {
  const differing = left.findIndex((line, at) => line !== right[at]);
  return differing < 0 ? left.length : differing;
}

/** With their line breaks; none of an empty text. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function marked(sign: string, lines: readonly string[]): string[] {
  return lines.map((line) => sign + (line.endsWith('\n') ? line.slice(0, -1) : line + NO_LINE_BREAK));
}

/** Names side by side, as many as a terminal is wide for, to be read downwards. */

export interface Cell {
  /** As it is printed, with its style. */
  readonly text: string;
  /** In columns of the terminal. */
  readonly width: number;
}

const GAP = 2;
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;

/** How many columns text takes that has nothing a terminal would act on. */
export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  return Array.from(text).reduce((sum, one) => sum + (/\p{M}/u.test(one) ? 0 : WIDE.test(one) ? 2 : 1), 0);
}

/** @param width of the terminal, in columns @returns lines, of one name each where two do not fit */
export function arrangeColumns(cells: readonly Cell[], width: number): string[] {
  const narrowest = cells.reduce((least, cell) => Math.min(least, cell.width), width);
  let rows = Math.max(1, Math.ceil(cells.length / Math.floor((width + GAP) / (narrowest + GAP))));
  while (rows < cells.length && widthIn(cells, rows) > width) rows++;
  const widths = columnWidths(cells, rows);
  return Array.from({ length: Math.min(rows, cells.length) }, (_, row) => {
    let line = '';
    for (let at = row; at < cells.length; at += rows) {
      const { text, width: own } = cells[at]!;
      const isLast = at + rows >= cells.length;
      line += isLast ? text : text + ' '.repeat(widths[Math.floor(at / rows)]! - own + GAP);
    }
    return line;
  });
}

function widthIn(cells: readonly Cell[], rows: number): number {
  return columnWidths(cells, rows).reduce((sum, width) => sum + width + GAP, -GAP);
}

function columnWidths(cells: readonly Cell[], rows: number): number[] {
  const widths: number[] = [];
  for (const [at, { width }] of cells.entries()) {
    const column = Math.floor(at / rows);
    widths[column] = Math.max(widths[column] ?? 0, width);
  }
  return widths;
}

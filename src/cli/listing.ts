/** How entries of sets are listed: as data, as raw names, as lines. */
import { type Attributes, encodeText, formatMode, formatName, type WalkedEntry } from '../index.ts';
import { type Cell, widthOf } from './columns.ts';
import { entryJson } from './entry-lines.ts';
import { shortId } from './format.ts';
import type { Output } from './output.ts';

const MODE_COLUMNS = 6;
const SIZE_COLUMNS = 12;
/** As `ls` has them. */
const STYLES = { file: undefined, executable: 'green', symlink: 'cyan', folder: 'blue' } as const;

/** The path as text, with a slash behind a folder's. */
function shownPath({ path, entry }: Pick<WalkedEntry, 'path' | 'entry'>): string {
  return formatName(path) + (entry.kind === 'folder' ? '/' : '');
}

/** The path in the colour of its kind, as a cell among others. */
export function pathCell(out: Output, walked: WalkedEntry): Cell {
  const path = shownPath(walked);
  const style = STYLES[walked.entry.kind];
  return { text: style === undefined ? path : out.style(style, path), width: widthOf(path) };
}

/** Prints an entry in the format that the user asked for. @param line as text. @default the path alone */
export async function printEntry(out: Output, walked: WalkedEntry, line?: string): Promise<void> {
  const { path, entry } = walked;
  switch (out.format) {
    case 'json':
      return out.json({ path: formatName(path), ...entryJson(entry) });
    case 'zero':
      return out.zero(path);
    case 'text':
      return out.line(line ?? shownPath(walked));
  }
}

/** Mode, size in bytes, the start of the id, path, attributes. @param target of a symlink */
export function longLine(walked: WalkedEntry, target?: Uint8Array): string {
  const { kind, sizeBytes, id, attributes } = walked.entry;
  const mode = formatMode(kind).padStart(MODE_COLUMNS, '0');
  const size = String(sizeBytes).padStart(SIZE_COLUMNS);
  const arrow = target === undefined ? '' : ` -> ${formatName(target)}`;
  return `${mode} ${size} ${shortId(id)}  ${shownPath(walked)}${arrow}${formatAttributes(attributes)}`;
}

function formatAttributes(attributes: Attributes): string {
  if (attributes.size === 0) return '';
  const pairs = [...attributes].map(([key, value]) => `${key}=${formatName(encodeText(value))}`);
  return `  [${pairs.join(', ')}]`;
}

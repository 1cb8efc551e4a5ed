/**
 * A label in Theater's own layout: a file of hashes.
 *
 *   <40 lower-case hex digits> (LF <40 lower-case hex digits>)*      no LF at the end
 *
 * In the layout `list`, that of its first days, a label holds many references, each once, the oldest first; in the
 * layout `single`, that of all later ones, one. A label of one reference is the same file in both.
 */
import { concatBytes } from '../bytes/concat.ts';
import { decodeText, encodeText, formatName } from '../bytes/text.ts';
import { ContentRef, isContentHash } from './content-ref.ts';

/** `list`: all references of a label. `single`: the newest alone. */
export type LabelLayout = 'list' | 'single';

/** A label file of more is not read. */
export const MAX_LABEL_FILE_BYTES: number = 64 * 2 ** 20;

const LF = encodeText('\n');

/** What a label file says. */
export interface LabelFile {
  /** Each once, in order. */
  readonly refs: readonly ContentRef[];
  /** What is wrong with it, as words that follow its name: `has a line that is no hash: 'x'`. */
  readonly faults: readonly string[];
}

/** Reads a label file as Theater did, blanks around a hash and empty lines left out; it says what it leaves out. */
export function decodeLabelFile(bytes: Uint8Array): LabelFile {
  const text = decodeText(bytes);
  if (text === undefined) return { refs: [], faults: ['is not text'] };
  const refs = new Map<string, ContentRef>();
  const faults: string[] = [];
  for (const line of text.split('\n').map((line) => line.trim())) {
    if (line === '') continue;
    if (!isContentHash(line)) faults.push(`has a line that is no hash: '${shown(line)}'`);
    else if (refs.has(line)) faults.push(`names ${line} twice`);
    else refs.set(line, new ContentRef(line));
  }
  if (refs.size === 0 && faults.length === 0) faults.push('is empty');
  return { refs: [...refs.values()], faults };
}

/** The file of a label. @param refs at least one */
export function encodeLabelFile(refs: readonly ContentRef[], layout: LabelLayout): Uint8Array {
  const lines = (layout === 'list' ? refs : refs.slice(-1)).map(({ hash }) => encodeText(hash));
  return concatBytes(lines.flatMap((line, at) => (at === 0 ? [line] : [LF, line])));
}

function shown(line: string): string {
  return formatName(encodeText(line.length > 60 ? `${line.slice(0, 60)}…` : line));
}

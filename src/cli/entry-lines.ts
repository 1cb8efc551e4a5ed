/** How members of sets, and changes of them, are printed: for people, for programs and for `xargs -0`. */
import { type Change, encodeText, formatMode, formatName, type TreeEntry } from '../index.ts';
import type { Output } from './output.ts';

/** What JSON says of a member beside its path. */
export interface EntryJson {
  readonly mode: string;
  readonly size: number;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A letter for each kind of change, as git has them. */
export const LETTERS = { added: 'A', changed: 'M', removed: 'D' } as const;
/** And a colour. */
export const STYLES = { added: 'green', changed: 'yellow', removed: 'red' } as const;

export function entryJson({ kind, sizeBytes, id, attributes }: TreeEntry): EntryJson {
  return { mode: formatMode(kind), size: sizeBytes, id, attributes: Object.fromEntries(attributes) };
}

/** A line with a letter and the path, a folder's with a slash; or JSON; or letter NUL path NUL. */
export async function printChange(out: Output, change: Change): Promise<void> {
  const { kind, path } = change;
  const before = kind === 'added' ? undefined : change.before;
  const after = kind === 'removed' ? undefined : change.after;
  if (out.format === 'json') {
    await out.json({
      change: kind,
      path: formatName(path),
      ...(before && { before: entryJson(before) }),
      ...(after && { after: entryJson(after) }),
    });
  } else if (out.format === 'zero') {
    await out.zero(encodeText(LETTERS[kind]));
    await out.zero(path);
  } else {
    const slash = (after ?? before)?.kind === 'folder' ? '/' : '';
    await out.line(`${out.style(STYLES[kind], LETTERS[kind])} ${formatName(path)}${slash}`);
  }
}

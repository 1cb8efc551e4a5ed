/** How members of sets, and changes of them, are printed: for people, for programs and for `xargs -0`. */
import { type Change, encodeText, formatMode, formatName, type TreeEntry } from '../index.ts';
import type { Rename } from './diff/renames.ts';
import type { Output } from './output.ts';

/** What JSON says of a member beside its path. */
export interface EntryJson {
  readonly mode: string;
  readonly size: number;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A letter for each kind of change, as git has them. */
export const LETTERS = { added: 'A', changed: 'M', removed: 'D', renamed: 'R' } as const;
/** And a colour. */
export const STYLES = { added: 'green', changed: 'yellow', removed: 'red', renamed: 'cyan' } as const;

export function entryJson({ kind, sizeBytes, id, attributes }: TreeEntry): EntryJson {
  return { mode: formatMode(kind), size: sizeBytes, id, attributes: Object.fromEntries(attributes) };
}

/** Of a change; `undefined` for what is not there. */
export interface Sides {
  readonly before: TreeEntry | undefined;
  readonly after: TreeEntry | undefined;
}

export function sidesOf(change: Change | Rename): Sides {
  switch (change.kind) {
    case 'added':
      return { before: undefined, after: change.after };
    case 'removed':
      return { before: change.before, after: undefined };
    case 'changed':
    case 'renamed':
      return { before: change.before, after: change.after };
  }
}

/** The path as text, a folder's with a slash; of a rename both. */
export function changedPath(change: Change | Rename): string {
  const { before, after } = sidesOf(change);
  const slash = (after ?? before)?.kind === 'folder' ? '/' : '';
  const from = change.kind === 'renamed' ? `${formatName(change.from)} -> ` : '';
  return from + formatName(change.path) + slash;
}

/** A line with a letter and the path; or JSON; or letter NUL path NUL, of a rename with the path before it in between. */
export async function printChange(out: Output, change: Change | Rename): Promise<void> {
  const { kind, path } = change;
  if (out.format === 'json') await out.json(changeJson(change));
  else if (out.format === 'zero') {
    await out.zero(encodeText(LETTERS[kind]));
    if (kind === 'renamed') await out.zero(change.from);
    await out.zero(path);
  } else await out.line(`${out.style(STYLES[kind], LETTERS[kind])} ${changedPath(change)}`);
}

function changeJson(change: Change | Rename): object {
  const { before, after } = sidesOf(change);
  return {
    change: change.kind,
    path: formatName(change.path),
    ...(change.kind === 'renamed' && { from: formatName(change.from), likeness: change.likeness }),
    ...(before && { before: entryJson(before) }),
    ...(after && { after: entryJson(after) }),
  };
}

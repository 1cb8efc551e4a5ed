/** Changes with what stands at their paths before and after, read many at a time. */
import { type Change, type ObjectId, type Store, type TreeEntry } from '../../index.ts';
import type { Rename } from './renames.ts';
import { wholeContent } from './whole-content.ts';

/** What stands at a path on one side. */
export interface Side {
  readonly path: Uint8Array;
  readonly entry: TreeEntry;
  /** `undefined` for what is too long, and what is the same on both sides. */
  readonly content: Uint8Array | undefined;
}

/** Folders have no side. */
export interface ChangedContents {
  readonly before: Side | undefined;
  readonly after: Side | undefined;
  /** In per cent, of what was renamed. */
  readonly likeness: number | undefined;
}

/** Of longer content only that it differs is told. */
export const MAX_TEXT_BYTES: number = 32 * 2 ** 20;
const LIST_IDS = 1024;

/** A change whose contents are asked for. */
interface Waiting {
  readonly sides: ChangedContents;
  readonly ids: readonly ObjectId[];
}

/** In the order of the changes. The bytes are good until the next is asked for. @throws as `Store.get` */
export async function* readChangedContents(
  store: Store,
  changes: AsyncIterable<Change | Rename>,
): AsyncGenerator<ChangedContents> {
  const waiting: Waiting[] = [];
  let contents: Uint8Array[] = []; // those that have come of the first that waits
  for await (const answers of store.readMany(listIds(changes, waiting))) {
    let first = 0;
    for (const answer of answers) {
      for (; waiting[first]!.ids.length === 0; first++) yield waiting[first]!.sides;
      contents.push(await wholeContent(answer, store, MAX_TEXT_BYTES));
      const { sides, ids } = waiting[first]!;
      if (contents.length < ids.length) continue;
      yield filled(sides, contents);
      contents = [];
      first++;
    }
    waiting.splice(0, first);
    contents = contents.map((content) => content.slice()); // whose memory is about to be used again
  }
  for (const { sides } of waiting) yield sides;
}

/** @param waiting gets what the ids are for */
async function* listIds(
  changes: AsyncIterable<Change | Rename>,
  waiting: Waiting[],
): AsyncGenerator<readonly ObjectId[]> {
  let list: ObjectId[] = [];
  for await (const change of changes) {
    const sides = sidesOf(change);
    const ids = idsOf(sides);
    waiting.push({ sides, ids });
    list.push(...ids);
    if (list.length < LIST_IDS) continue;
    yield list;
    list = [];
  }
  yield list;
}

function sidesOf(change: Change | Rename): ChangedContents {
  const beforePath = change.kind === 'renamed' ? change.from : change.path;
  return {
    before: sideOf(beforePath, change.kind === 'added' ? undefined : change.before),
    after: sideOf(change.path, change.kind === 'removed' ? undefined : change.after),
    likeness: change.kind === 'renamed' ? change.likeness : undefined,
  };
}

function sideOf(path: Uint8Array, entry: TreeEntry | undefined): Side | undefined {
  return entry === undefined || entry.kind === 'folder' ? undefined : { path, entry, content: undefined };
}

/** Whether a file became a symlink, or a symlink a file. */
export function isRetyped(before: Side | undefined, after: Side | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  return (before.entry.kind === 'symlink') !== (after.entry.kind === 'symlink');
}

/** What has to be read: nothing where there is no difference, or too long a one. */
function idsOf({ before, after }: ChangedContents): ObjectId[] {
  const sides = [before, after].filter((side) => side !== undefined);
  const isEqual = before?.entry.id === after?.entry.id && !isRetyped(before, after);
  if (isEqual || sides.some(({ entry }) => entry.sizeBytes > MAX_TEXT_BYTES)) return [];
  return sides.map(({ entry }) => entry.id);
}

function filled(
  { before, after, likeness }: ChangedContents,
  contents: readonly Uint8Array[],
): ChangedContents {
  return {
    before: before && { ...before, content: contents[0] },
    after: after && { ...after, content: contents.at(-1) },
    likeness,
  };
}

/** What `<label>/<path>` names. No label is a beginning of another one at a `/`, so there is one way to cut it. */
import { NotFoundError } from '../errors/errors.ts';
import { readSnapshot } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { isLabelName, type LabelName } from '../label/name.ts';
import type { Snapshot } from '../object/snapshot.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import { findEntry } from '../tree/find-entry.ts';
import type { StoreRequest } from './request.ts';
import { textOf } from './target.ts';

/** A label, and where it is. */
export interface FoundLabel {
  readonly name: LabelName;
  readonly id: ObjectId;
  readonly snapshot: Snapshot;
}

/** What lies at a path below a label. */
export interface Labelled {
  readonly label: FoundLabel;
  /** Of the path in the label's set; none for the set itself. */
  readonly path: readonly Uint8Array[];
  /** `undefined` for the set itself. */
  readonly entry: TreeEntry | undefined;
}

/** The longest name of a label has so many parts. */
const MAX_PARTS = 128;

/**
 * @param names of a request's path
 * @throws NotFoundError `LABEL_NOT_FOUND`, for those that may not be read, too; `PATH_NOT_FOUND`
 */
export async function findLabelled(
  request: Pick<StoreRequest, 'store' | 'visitor'>,
  names: readonly Uint8Array[],
): Promise<Labelled> {
  for (let parts = 1; parts <= Math.min(names.length, MAX_PARTS); parts++) {
    const name = textOf(names.slice(0, parts))?.join('/');
    if (name === undefined) break;
    const label = await findLabel(request, name);
    if (label === undefined) continue;
    const path = names.slice(parts);
    return { label, path, entry: path.length === 0 ? undefined : await entryAt(request, label, path) };
  }
  throw new NotFoundError('LABEL_NOT_FOUND', 'no label of this store is named so', {
    hint: 'the page of the store lists those that there are',
  });
}

/** `undefined` for a label that may not be read, too. */
export async function findLabel(
  { store, visitor }: Pick<StoreRequest, 'store' | 'visitor'>,
  name: string,
): Promise<FoundLabel | undefined> {
  if (!isLabelName(name) || !visitor.rights.mayRead(name)) return undefined;
  const { labels, named } = store.repository;
  const label = await labels.get(name);
  return label && { name, id: label.id, snapshot: await readSnapshot(named, label.id) };
}

async function entryAt(
  { store }: Pick<StoreRequest, 'store'>,
  { name, snapshot }: FoundLabel,
  path: readonly Uint8Array[],
): Promise<TreeEntry> {
  const entry = await findEntry(store.repository.named, snapshot.tree, path);
  if (entry !== undefined) return entry;
  throw new NotFoundError('PATH_NOT_FOUND', `there is no such path in '${name}'`, {
    hint: 'the pages of the folders above it list what there is',
  });
}

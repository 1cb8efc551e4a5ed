/** Which object is a later version of which: what stands at the same path in two trees. */
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { pairEntries } from './diff.ts';

/** Two versions of a tree, or of a content. */
export interface VersionPair {
  readonly role: 'content' | 'tree';
  readonly before: ObjectId;
  readonly after: ObjectId;
}

/** The trees themselves, and all below them that differs, a folder before what is in it. */
export async function* pairVersions(
  objects: ObjectReader,
  before: ObjectId,
  after: ObjectId,
): AsyncGenerator<VersionPair> {
  if (before === after) return;
  yield { role: 'tree', before, after };
  for await (const [left, right] of pairEntries(objects, { before, after })) {
    if (left === undefined || right === undefined || left.id === right.id) continue;
    const areFolders = left.kind === 'folder' && right.kind === 'folder';
    if (areFolders) yield* pairVersions(objects, left.id, right.id);
    else if (left.kind !== 'folder' && right.kind !== 'folder')
      yield { role: 'content', before: left.id, after: right.id };
  }
}

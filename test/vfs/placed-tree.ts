/**
 * A tree twice: in a store, and on the disk at the same absolute path, so that `..` and absolute targets lead to the
 * same places.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectStore } from '../../src/odb/object-store.ts';
import type { Member } from '../arbitraries/trees.ts';
import { makeOnDisk } from '../source/workshop.ts';
import { below, storeMembers } from '../view/stored-tree.ts';

export interface PlacedTree extends Disposable {
  readonly store: ObjectStore;
  readonly treeId: ObjectId;
  /** Where it begins, in both. */
  readonly root: string;
}

export async function placeTree(
  members: readonly Member[],
  store: ObjectStore = memoryStore(),
): Promise<PlacedTree> {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'caskit-placed-')));
  const root = join(top, 'root');
  makeOnDisk(Buffer.from(root), members);
  const { id: treeId } = await storeMembers(store, below(root.split('/').slice(1), members));
  return { store, treeId, root, [Symbol.dispose]: () => rmSync(top, { recursive: true }) };
}

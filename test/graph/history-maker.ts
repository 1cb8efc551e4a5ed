/** Histories made to order, in memory. */
import type { ObjectId } from '../../src/hash/object-id.ts';
import { encodeSnapshot } from '../../src/object/snapshot.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectStore } from '../../src/odb/object-store.ts';
import type { Member } from '../arbitraries/trees.ts';
import { file, storeMembers } from '../view/stored-tree.ts';

export interface SnapshotPlan {
  readonly parents?: readonly ObjectId[];
  readonly timeSeconds?: number;
  /** @default one file that holds the message */
  readonly members?: readonly Member[];
}

/** A snapshot whose message is `name`. */
export async function snapshot(
  objects: ObjectStore,
  name: string,
  plan: SnapshotPlan = {},
): Promise<ObjectId> {
  const { parents = [], timeSeconds = 0, members = [file('f', name)] } = plan;
  const tree = await storeMembers(objects, members);
  return objects.put(
    'snapshot',
    encodeSnapshot({ tree: tree.id, parents, timeSeconds, headers: new Map(), message: name }),
  );
}

/** The same store without some of its objects, or with other bytes in their place. */
export async function without(objects: ObjectStore, gone: ReadonlySet<ObjectId>): Promise<ObjectStore> {
  const rest = memoryStore();
  for await (const id of objects.ids()) {
    if (gone.has(id)) continue;
    await rest.put((await objects.stat(id))!.hint, (await objects.read(id))!);
  }
  return rest;
}

export const NOTHING: ReadonlySet<ObjectId> = new Set();

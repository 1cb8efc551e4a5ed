/** Objects that a commit takes over by name: they are to be here when it is done, and stay. */
import { readSnapshot } from '../graph/history.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Role } from '../object/role.ts';
import { roleOfEntry } from '../object/tree-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { openObject } from '../odb/read-object.ts';
import type { CommitTarget } from '../store/commit-source.ts';
import type { Repository } from '../store/repository.ts';
import { walkTree } from '../tree/walk.ts';

/** Makes sure of objects. */
export interface Keeping {
  /** Where they are read from. */
  readonly source: ObjectReader;
  /** A content. @throws NotFoundError, CorruptError where it is not to be had */
  keepContent(id: ObjectId): Promise<void>;
  /** A tree, and all that it names. @throws as {@link Keeping.keepContent} */
  keepTree(id: ObjectId): Promise<void>;
}

/** What is taken over. */
export interface Kept {
  /** Where all of it can be read. */
  readonly objects: ObjectReader;
  /** The tree that it is all of. */
  readonly treeId: ObjectId;
}

/**
 * What a label of the same store is at needs no looking at: it is all here, and nothing of it is collected. All else
 * is made young again one by one, or copied where the target has it not.
 */
export async function openKeeping(target: CommitTarget, { objects, treeId }: Kept): Promise<Keeping> {
  const { repository } = target;
  const isHere = objects === repository.named && (await isLabelled(repository, treeId));
  if (isHere) return { source: objects, keepContent: async () => {}, keepTree: async () => {} };
  const keep = (id: ObjectId, role: Role): Promise<void> => keepObject(target, { id, role, objects });
  return {
    source: objects,
    keepContent: (id) => keep(id, 'content'),
    keepTree: async (id) => {
      for await (const { entry } of walkTree(objects, id)) {
        target.signal?.throwIfAborted();
        await keep(entry.id, roleOfEntry(entry));
      }
      await keep(id, 'tree');
    },
  };
}

async function isLabelled({ labels, named }: Repository, treeId: ObjectId): Promise<boolean> {
  for (const { id } of await labels.list()) {
    const { tree } = await readSnapshot(named, id);
    if (tree === treeId) return true;
  }
  return false;
}

async function keepObject(
  { objects: into }: CommitTarget,
  { id, role, objects }: { readonly id: ObjectId; readonly role: Role; readonly objects: ObjectReader },
): Promise<void> {
  if (await into.freshen(id)) return;
  const { content, sizeBytes } = await openObject(objects, id);
  await into.putStream(role, content, { sizeBytes });
}

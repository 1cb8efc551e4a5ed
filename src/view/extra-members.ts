/** What a folder holds that an export does not: taken away, as far as patterns choose it. */
import { compareBytes } from '../bytes/compare.ts';
import type { FileKind, FileSystem, FolderEntry } from '../files/file-system.ts';
import { isStoreName } from '../object/tree-entry.ts';
import { joinPath } from '../tree/walk.ts';
import { DOT, type HeldFolder } from './held-folder.ts';
import type { Selection } from './selection.ts';

/** A member of a folder that is held. */
export interface ExtraMember extends FolderEntry {
  readonly parent: HeldFolder;
  /** In the folder that is written to, for what is said of it. */
  readonly path: Uint8Array;
  /** As patterns see it: from the root of the tree. */
  readonly treePath: Uint8Array;
}

export interface RemovalContext {
  readonly files: FileSystem;
  readonly selection: Selection;
  /** `rehearse` only tells. */
  readonly mode: 'write' | 'rehearse';
  readonly onRemove: (path: Uint8Array, kind: FileKind) => void;
}

/** What is in a folder that is held, ascending by name. */
export async function listSorted(files: FileSystem, folder: HeldFolder): Promise<FolderEntry[]> {
  const entries = (await files.list(folder.pathOf(DOT))) ?? [];
  return entries.sort((left, right) => compareBytes(left.name, right.name));
}

/**
 * Removes a file, a symlink, or a folder once nothing is left in it. A store stays, whatever is said, and so does
 * what is not chosen. No symlink is followed.
 *
 * @returns whether it is gone, or would be
 */
export async function removeExtra(extra: ExtraMember, context: RemovalContext): Promise<boolean> {
  const { parent, name, kind, path, treePath } = extra;
  if (isStoreName(name)) return false;
  if (kind === 'folder' && !(await emptyFolder(extra, context))) return false;
  if (!context.selection.chooses(treePath, kind)) return false;
  if (context.mode === 'write') {
    await parent.check();
    await context.files.remove(parent.pathOf(name));
  }
  context.onRemove(path, kind);
  return true;
}

/** Goes as deep as the folders do, each of which is held. @returns whether nothing is left */
async function emptyFolder(extra: ExtraMember, context: RemovalContext): Promise<boolean> {
  if (!context.selection.enters(extra.treePath)) return false;
  const folder = await extra.parent.enter(extra.name);
  try {
    let isEmpty = true;
    for (const entry of await listSorted(context.files, folder)) {
      const path = joinPath(extra.path, entry.name);
      const treePath = joinPath(extra.treePath, entry.name);
      if (!(await removeExtra({ ...entry, parent: folder, path, treePath }, context))) isEmpty = false;
    }
    return isEmpty;
  } finally {
    folder.release();
  }
}

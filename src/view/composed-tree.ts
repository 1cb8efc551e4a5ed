/** Several trees as one, each in a folder of its own. What the folders hold is not copied, and nothing is stored. */
import { type ByteString, toByteString } from '../bytes/byte-string.ts';
import { encodeText, printable } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { NO_ATTRIBUTES } from '../object/attributes.ts';
import { parsePath } from '../object/tree-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { rehearsalStore } from '../odb/rehearsal-store.ts';
import { editTree, type MemberEdit } from '../tree/edit.ts';
import { walkEntries } from '../tree/read-tree.ts';
import { joinPath } from '../tree/walk.ts';
import type { ViewedTree } from './viewed-tree.ts';

/** A tree, and where it goes. */
export interface TreePart {
  /** Of the folder that it becomes, such as `release/v1`. */
  readonly path: string;
  readonly treeId: ObjectId;
  /** Of its entries, whole, since 1970. */
  readonly timeSeconds: number;
}

/**
 * A tree with all `parts`, in memory over the store that has them. Folders on the way to them have the time of the
 * youngest.
 *
 * @throws InvalidInputError `PATH_INVALID` for a bad path; `PATH_CLASH` where one is there twice, or lies in another
 * @throws CorruptError, NotFoundError as `readTree`, for the roots of the parts
 */
export async function composeTrees(objects: ObjectReader, parts: readonly TreePart[]): Promise<ViewedTree> {
  const composed = rehearsalStore(objects);
  const partTimes = new Map<ByteString, number>();
  const edits: MemberEdit[] = [];
  for (const { path, treeId, timeSeconds } of parts) {
    const names = namesOf(path);
    partTimes.set(toByteString(names.reduce(joinPath)), timeSeconds);
    const folder = { kind: 'folder', id: treeId, attributes: NO_ATTRIBUTES } as const;
    const member = { ...folder, sizeBytes: await sizeOfTree(objects, treeId) };
    edits.push({ names, change: { kind: 'put', member } });
  }
  const { id } = await editTree(composed, undefined, edits);
  const timeSeconds = parts.reduce((newest, part) => Math.max(newest, part.timeSeconds), 0);
  return { objects: composed, treeId: id, timeSeconds, partTimes };
}

function namesOf(path: string): readonly Uint8Array[] {
  const names = parsePath(encodeText(path));
  if (names.length > 0) return names;
  throw new InvalidInputError(
    'PATH_INVALID',
    `'${printable(path.slice(0, 80))}' names no folder for a part`,
    {
      hint: 'give each part a path of at least one name',
    },
  );
}

async function sizeOfTree(objects: ObjectReader, id: ObjectId): Promise<number> {
  let sum = 0;
  for await (const { sizeBytes } of walkEntries(objects, id)) sum += sizeBytes;
  return sum;
}

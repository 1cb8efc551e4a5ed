/** Folders as plain data, as maps from paths to what stands there: the model of a tree. */
import { toByteString } from '../../src/bytes/byte-string.ts';
import { compareText } from '../../src/bytes/compare.ts';
import { formatName } from '../../src/bytes/text.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import type { Attributes } from '../../src/object/attributes.ts';
import type { EntryKind, TreeEntry } from '../../src/object/tree-entry.ts';
import { joinPath } from '../../src/tree/walk.ts';
import type { Member } from '../arbitraries/trees.ts';

export interface FlatEntry {
  readonly names: readonly Uint8Array[];
  readonly path: Uint8Array;
  readonly kind: EntryKind;
  /** Absent for a folder. */
  readonly id: ObjectId | undefined;
  readonly sizeBytes: number;
  readonly attributes: Attributes;
}

const NOTHING = new Uint8Array(0);

/** Everything in `members`, folders before what is in them. */
export function flatten(
  members: readonly Member[],
  parent: Pick<FlatEntry, 'names' | 'path'> = { names: [], path: NOTHING },
): FlatEntry[] {
  return members.flatMap((member) => {
    const names = [...parent.names, member.name];
    const path = joinPath(parent.path, member.name);
    const { kind, attributes } = member;
    const sizeBytes = sizeOf(member);
    if (member.kind !== 'folder') {
      const id = hashBytes(member.kind === 'symlink' ? member.target : member.content);
      return [{ names, path, kind, id, sizeBytes, attributes }];
    }
    return [
      { names, path, kind, id: undefined, sizeBytes, attributes },
      ...flatten(member.members, { names, path }),
    ];
  });
}

export function flatMap(members: readonly Member[]): Map<string, FlatEntry> {
  return new Map(flatten(members).map((entry) => [toByteString(entry.path), entry]));
}

function sizeOf(member: Member): number {
  if (member.kind === 'folder') return member.members.reduce((sum, inner) => sum + sizeOf(inner), 0);
  return (member.kind === 'symlink' ? member.target : member.content).length;
}

/** One line for an entry, a folder's without its id: equal lines are equal entries. */
export function lineOf(path: Uint8Array, entry: Omit<FlatEntry, 'names' | 'path'> | TreeEntry): string {
  const id = entry.kind === 'folder' ? '' : entry.id;
  const attributes = [...entry.attributes]
    .map(([key, value]) => JSON.stringify([key, value]))
    .sort(compareText);
  return `${formatName(path)} ${entry.kind} ${id} ${entry.sizeBytes} ${attributes.join()}`;
}

/** Sets as plain data, put into a store. */
import { encodeText } from '../../src/bytes/text.ts';
import { type Attributes, NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import type { TreeEntry } from '../../src/object/tree-entry.ts';
import type { ObjectWriter } from '../../src/odb/object-store.ts';
import { writeTree } from '../../src/tree/builder.ts';
import type { TreeRoot } from '../../src/tree/read-tree.ts';
import type { Member } from '../arbitraries/trees.ts';

export async function storeMembers(objects: ObjectWriter, members: readonly Member[]): Promise<TreeRoot> {
  const entries: TreeEntry[] = [];
  for (const member of members) {
    const { kind, name, attributes } = member;
    entries.push({ kind, name, attributes, ...(await storeMember(objects, member)) });
  }
  return writeTree(objects, entries);
}

async function storeMember(objects: ObjectWriter, member: Member): Promise<TreeRoot> {
  if (member.kind === 'folder') return storeMembers(objects, member.members);
  const content = member.kind === 'symlink' ? member.target : member.content;
  return { id: await objects.put('content', content), sizeBytes: content.length };
}

export type Spelt = string | Uint8Array;

/** A name or content from text, or from bytes as they are. */
export function bytesOf(spelt: Spelt): Uint8Array {
  return typeof spelt === 'string' ? encodeText(spelt) : spelt;
}

/** Bytes from a string of code units 0 to 255. */
export function raw(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function file(name: Spelt, content: Spelt = '', attributes: Attributes = NO_ATTRIBUTES): Member {
  return { kind: 'file', name: bytesOf(name), content: bytesOf(content), attributes };
}

export function program(name: Spelt, content: Spelt = '#!/bin/sh\n'): Member {
  return { kind: 'executable', name: bytesOf(name), content: bytesOf(content), attributes: NO_ATTRIBUTES };
}

export function symlink(name: Spelt, target: Spelt, attributes: Attributes = NO_ATTRIBUTES): Member {
  return { kind: 'symlink', name: bytesOf(name), target: bytesOf(target), attributes };
}

/** @param members in byte order of their names */
export function folder(
  name: Spelt,
  members: readonly Member[] = [],
  attributes: Attributes = NO_ATTRIBUTES,
): Member {
  return { kind: 'folder', name: bytesOf(name), members, attributes };
}

/** `members` in each other: a folder for each name, the outermost first. */
export function below(names: readonly Spelt[], members: readonly Member[]): readonly Member[] {
  return names.reduceRight<readonly Member[]>((inner, name) => [folder(name, inner)], members);
}

/**
 * What a view shows, as far as it was looked at: folders know their members once they were asked for them.
 *
 * A view changes nothing of this. An overlay has nodes of its own, and does.
 */
import type { ByteString } from '../bytes/byte-string.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Attributes } from '../object/attributes.ts';

interface Placed {
  /** Empty for the root. */
  name: ByteString;
  /** The root's is itself. */
  parent: Folder;
  /** Of the path and the content that it had at first, so that it is the same in every view of them; 1 to 2^53 - 1. */
  readonly inode: number;
  /** Of the last change, in milliseconds since 1970; `undefined` for what is as it was stored. */
  changedMs: number | undefined;
  readonly attributes: Attributes;
}

export interface Folder extends Placed {
  readonly kind: 'folder';
  /** As it was stored; `undefined` once something in it, at any depth, is another, and for a new one. */
  tree: ObjectId | undefined;
  /** Of all that is in `tree`, as the folder above says; `undefined` for the root, of which none says. */
  readonly treeBytes: number | undefined;
  /** By name; `undefined` until the tree was read. */
  members: Map<ByteString, Node> | undefined;
}

export interface File extends Placed {
  readonly kind: 'file';
  isExecutable: boolean;
  /** Where its bytes are. */
  content: StoredContent | WrittenContent;
}

export interface Symlink extends Placed {
  readonly kind: 'symlink';
  readonly content: StoredContent | WrittenContent;
  /** `undefined` until it was read. */
  target: ByteString | undefined;
}

export type Node = Folder | File | Symlink;

/** An object of the store. */
export interface StoredContent {
  readonly kind: 'stored';
  readonly id: ObjectId;
  readonly sizeBytes: number;
}

/** Bytes in memory: those before `sizeBytes` are the content, and what follows them is room. */
export interface WrittenContent {
  readonly kind: 'written';
  bytes: Uint8Array;
  sizeBytes: number;
}

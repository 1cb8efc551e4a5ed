/** What a view shows. */
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import type { EntryTimes } from '../vfs/part-times.ts';
import type { ZlibCodec, ZlibLevel } from '../zlib/codec.ts';

/** How an archive compresses what it cannot take as it is stored. */
export interface Compression {
  readonly codec: ZlibCodec;
  readonly level: ZlibLevel;
}

export interface ViewedTree extends EntryTimes {
  readonly objects: ObjectReader;
  readonly treeId: ObjectId;
  /** @default the runtime's own codec, at the level that stores have */
  readonly compression?: Compression;
}

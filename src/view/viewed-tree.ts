/** What a view shows. */
import type { ObjectId } from '../hash/object-id.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import type { ZlibCodec, ZlibLevel } from '../zlib/codec.ts';

/** How an archive compresses what it cannot take as it is stored. */
export interface Compression {
  readonly codec: ZlibCodec;
  readonly level: ZlibLevel;
}

export interface ViewedTree {
  readonly objects: ObjectReader;
  readonly treeId: ObjectId;
  /** Since 1970, whole, of the years 0000 to 9999: the time that every entry is given. */
  readonly timeSeconds: number;
  /** @default the runtime's own codec, at the level that stores have */
  readonly compression?: Compression;
}

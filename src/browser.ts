/** caskit where there is no Node: pages and workers read a store out of its files, which lie on any web server. */
export { decodeText, encodeText, formatName, parseName } from './bytes/text.ts';
export {
  CasError,
  ConflictError,
  CorruptError,
  InvalidInputError,
  NotFoundError,
  RefusedError,
  SystemError,
} from './errors/errors.ts';
export { type ByteStream, collectBytes } from './flow/byte-stream.ts';
export { findObjectId, type ObjectId, parseObjectId } from './hash/object-id.ts';
export type { Keep } from './label/keep.ts';
export type { Label } from './label/label.ts';
export type { Attributes } from './object/attributes.ts';
export type { Author, Snapshot } from './object/snapshot.ts';
export { formatTime } from './object/timestamp.ts';
export type { EntryKind } from './object/tree-entry.ts';
export type { ReadOptions } from './odb/object-store.ts';
export { fromUrl, type UrlOptions } from './web/from-url.ts';
export type { FilePart, RangeRead } from './web/range-read.ts';
export type { PartRange } from './web/remote-part.ts';
export { openRemoteStore, type RemoteStore } from './web/remote-store.ts';
export type { RemoteEntry, RemoteView } from './web/remote-view.ts';

/** How single things are asked of a store. */

/** What is known of content that is put. */
export interface PutOptions {
  /** The length of the content, where it is known: a stream without it is spooled first. */
  readonly sizeBytes?: number;
}

/** Bytes from `start` up to, not including, `end`. */
export interface ByteRange {
  /** @default 0 */
  readonly start?: number;
  /** @default the end */
  readonly end?: number;
}

/** Which snapshots of a history are wanted. */
export interface LogOptions {
  /** Only snapshots in which what is at this path changed; as in a revision, `%XX` is a byte. @default all */
  readonly path?: string;
}

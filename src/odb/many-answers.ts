/** What a store answers that is asked for many objects at once. */
import type { ByteStream } from '../flow/byte-stream.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Role } from '../object/role.ts';

/** What is known of one object that was asked for. */
export type ManyAnswer =
  /** The bytes are the reader's until the next answers are asked for. */
  | { readonly kind: 'whole'; readonly id: ObjectId; readonly hint: Role; readonly content: Uint8Array }
  /** Too long for a window; the stream proves it at its end. */
  | {
      readonly kind: 'stream';
      readonly id: ObjectId;
      readonly hint: Role;
      readonly sizeBytes: number;
      readonly content: ByteStream;
    }
  | { readonly kind: 'absent'; readonly id: ObjectId };

/** How many objects are read at once. */
export interface ManyOptions {
  /** How many bytes of objects are held at a time. @default 64 MiB */
  readonly windowBytes?: number;
}

/** Reads list after list, in memory that it keeps. */
export interface ManyReader {
  /**
   * @returns answers in the order of `ids`, some at a time; all of them are taken before the next list is read
   * @throws as `ObjectReader.open`, when it comes to that id
   */
  read(ids: readonly ObjectId[]): AsyncGenerator<readonly ManyAnswer[]>;
}

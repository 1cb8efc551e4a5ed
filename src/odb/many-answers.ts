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
  /** Longer objects are read alone; one that is longer than a window has one of its own. @default a quarter of a window */
  readonly longestBytes?: number;
}

/** Raw deflate (RFC 1951), checked against the CRC-32 that was written when its content was hashed. */
export interface HeldDeflate {
  readonly deflated: Uint8Array;
  /** CRC-32 of the content. */
  readonly contentCrc: number;
}

/** Some of the objects that were asked for, by number. The bytes are the reader's until it is asked for the next. */
export interface ObjectWindow {
  /** So many of the ids, from the first on, were looked for: at least one, where there are any. */
  readonly count: number;
  /** Whether it is in the window at all: what is too long, or in no pack, is not. */
  hasPlace(number: number): boolean;
  /** A whole object, proved; `undefined` where it is to be read alone: too long, damaged, or in no pack. */
  contentAt(number: number): Uint8Array | undefined;
  /** Of an object whose content was given. */
  hintAt(number: number): Role;
  /** An object of this size as it lies deflated; `undefined` where it lies in any other form, and as for `contentAt`. */
  deflatedAt(number: number, sizeBytes: number): HeldDeflate | undefined;
}

/** Reads list after list, in memory that it keeps. */
export interface ManyReader {
  /**
   * Looks for many, without an object for each.
   *
   * @param ids 32 bytes each; none has an id of zeros
   * @param sizes of each, where they are known: what is brought from elsewhere is brought in pieces of some length
   */
  open(ids: Uint8Array, sizes?: Float64Array): Promise<ObjectWindow>;
  /**
   * @returns answers in the order of `ids`, some at a time; all of them are taken before the next list is read
   * @throws as `ObjectReader.open`, when it comes to that id
   */
  read(ids: readonly ObjectId[]): AsyncGenerator<readonly ManyAnswer[]>;
}

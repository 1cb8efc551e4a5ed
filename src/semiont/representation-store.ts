/** What a store of representations can do, wherever it keeps them. */
import type { ByteRange } from '../api/options.ts';
import type { ByteSource } from '../flow/byte-stream.ts';
import type { RepresentationMetadata } from './metadata.ts';
import type { StoredRepresentation } from './record.ts';
import type { DescriptorOptions, ResourceDescriptor } from './resource-descriptor.ts';

/** Content to be stored, and what is said of it. */
export interface RepresentationToStore extends RepresentationMetadata {
  readonly content: ByteSource;
}

/** Which records of a checksum are removed. */
export interface DeleteOptions {
  /** Only those of this resource. @default all */
  readonly resource?: string;
}

/**
 * Content by its checksum, with metadata. A checksum is `sha256:` and 64 hex digits, or the digits alone; every method
 * that takes one throws an InvalidInputError `CHECKSUM_INVALID` for anything else.
 */
export interface RepresentationStore extends AsyncDisposable {
  /**
   * Stores content and what is said of it; durable when it resolves. The same bytes are kept once. With the same
   * metadata, too, nothing changes, and the representation that is there is the answer.
   *
   * @throws InvalidInputError `METADATA_INVALID`
   */
  store(content: ByteSource, metadata: RepresentationMetadata): Promise<StoredRepresentation>;
  /**
   * Stores many, all or none, for little more than one. @returns them in the order given
   *
   * @throws as {@link RepresentationStore.store}
   */
  storeAll(
    representations: Iterable<RepresentationToStore> | AsyncIterable<RepresentationToStore>,
  ): Promise<StoredRepresentation[]>;
  /**
   * The bytes, proved.
   *
   * @throws NotFoundError `REPRESENTATION_NOT_FOUND` @throws CorruptError `OBJECT_CORRUPT`
   * @throws RefusedError `TOO_LARGE` over 1 GiB: take {@link RepresentationStore.read}
   */
  get(checksum: string): Promise<Buffer>;
  /** The bytes as a stream, or a part of them; ends in an error where they are damaged. @throws as {@link RepresentationStore.get} */
  read(checksum: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  exists(checksum: string): Promise<boolean>;
  /**
   * Removes the records of these bytes; where there are none, nothing happens. Bytes that nothing else in the store
   * keeps go with the next collection.
   */
  delete(checksum: string, options?: DeleteOptions): Promise<void>;
  /** All, by checksum. */
  list(): AsyncIterable<StoredRepresentation>;
  /** Those that were stored with this `resource`, the oldest first; all records are looked through for them. */
  representationsOf(resource: string): Promise<StoredRepresentation[]>;
  /** A resource and its representations as JSON-LD. */
  toResourceDescriptor(resource: string, options?: DescriptorOptions): Promise<ResourceDescriptor>;
  /**
   * Records what a descriptor says of content that is stored: all or nothing. @returns its representations
   *
   * @throws InvalidInputError `DESCRIPTOR_INVALID`, `METADATA_INVALID` @throws NotFoundError `OBJECT_NOT_FOUND`
   */
  fromResourceDescriptor(descriptor: unknown): Promise<StoredRepresentation[]>;
  close(): Promise<void>;
}

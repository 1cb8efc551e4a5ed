/** Representations of resources in one `.cas`: bytes by checksum, each once, and what is said of them. */
import { type OpenOptions, openOrInitStore } from '../api/open.ts';
import type { ByteRange } from '../api/options.ts';
import type { Store } from '../api/store.ts';
import { compareText } from '../bytes/compare.ts';
import { encodeText } from '../bytes/text.ts';
import type { ByteSource } from '../flow/byte-stream.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { StoredObject } from '../odb/object-store.ts';
import { parseChecksum, representationNotFound } from './checksum.ts';
import { measureContent } from './measured-content.ts';
import { attributesOf, type RepresentationMetadata } from './metadata.ts';
import type { StoredRepresentation } from './record.ts';
import { RecordReader } from './record-reader.ts';
import { type NewRecord, RecordWriter } from './record-writer.ts';
import {
  type DescriptorOptions,
  formatResourceDescriptor,
  parseResourceDescriptor,
  type ResourceDescriptor,
} from './resource-descriptor.ts';

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

/** Where representations are kept. */
export type FilesystemRepresentationStoreOptions =
  /** In the `.cas` of this folder, which is made with the first that is asked for. */
  | ({ readonly basePath: string } & OpenOptions)
  /** In a store that is open already, and stays open after `close`. */
  | { readonly store: Store; readonly now?: () => number };

/** What is open. */
interface Opened {
  readonly store: Store;
  readonly reader: RecordReader;
  readonly writer: RecordWriter;
}

/** Changes between two looks at whether much has gathered. */
const TIDY_EVERY = 64;
/**
 * A change leaves four trees, a snapshot and a content behind as loose objects: of them more may gather in a store that
 * is made for representations than elsewhere, some 80 MB, as packing them takes seconds that are better rare.
 */
const SETTINGS = { 'maintenance.loose': '16000' };

/** Representations in a store of their own, or beside other things in one: in the label `representations`. */
export class FilesystemRepresentationStore implements RepresentationStore {
  readonly #options: FilesystemRepresentationStoreOptions;
  readonly #now: () => number;
  #opened: Promise<Opened> | undefined;
  #changes = 0;
  #tidying: Promise<void> | undefined;

  constructor(options: FilesystemRepresentationStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async store(content: ByteSource, metadata: RepresentationMetadata): Promise<StoredRepresentation> {
    const attributes = attributesOf(metadata);
    const { store, writer } = await this.#open();
    const created = this.#timeNow();
    const bytes = typeof content === 'string' ? encodeText(content) : content;
    // A stream is stored before, so that no other call waits for its end; bytes go in along with their record, in turn.
    const held = bytes instanceof Uint8Array ? bytes : await putStream(store, bytes);
    const [stored] = await writer.add([{ content: held, attributes, created }]);
    this.#tidySometimes(store);
    return stored!;
  }

  async storeAll(
    representations: Iterable<RepresentationToStore> | AsyncIterable<RepresentationToStore>,
  ): Promise<StoredRepresentation[]> {
    const { store, writer } = await this.#open();
    const created = this.#timeNow();
    const records = await store.batch(async (batch) => {
      const put: NewRecord[] = [];
      for await (const { content, ...metadata } of representations) {
        const attributes = attributesOf(metadata);
        const counted = measureContent(content);
        const id = await batch.put(counted.content);
        put.push({ content: { id, sizeBytes: counted.length() }, attributes, created });
      }
      return put;
    });
    const stored = records.length === 0 ? [] : await writer.add(records);
    this.#tidySometimes(store);
    return stored;
  }

  async get(checksum: string): Promise<Buffer> {
    const { store, id } = await this.#find(checksum);
    const { buffer, byteOffset, length } = await store.get(id);
    return Buffer.from(buffer, byteOffset, length);
  }

  async *read(checksum: string, range?: ByteRange): AsyncGenerator<Uint8Array> {
    const { store, id } = await this.#find(checksum);
    yield* store.read(id, range);
  }

  async exists(checksum: string): Promise<boolean> {
    const id = parseChecksum(checksum);
    return (await this.#open()).reader.has(id);
  }

  async delete(checksum: string, { resource }: DeleteOptions = {}): Promise<void> {
    const id = parseChecksum(checksum);
    const { store, writer } = await this.#open();
    await writer.remove(id, (record) => resource === undefined || record.resource === resource);
    this.#tidySometimes(store);
  }

  async *list(): AsyncGenerator<StoredRepresentation> {
    yield* (await this.#open()).reader.list();
  }

  async representationsOf(resource: string): Promise<StoredRepresentation[]> {
    const found: StoredRepresentation[] = [];
    for await (const record of this.list()) if (record.resource === resource) found.push(record);
    return found.sort(byAge);
  }

  async toResourceDescriptor(resource: string, options: DescriptorOptions = {}): Promise<ResourceDescriptor> {
    return formatResourceDescriptor(resource, await this.representationsOf(resource), options);
  }

  async fromResourceDescriptor(descriptor: unknown): Promise<StoredRepresentation[]> {
    const { '@id': resource, representations } = parseResourceDescriptor(descriptor);
    const { store, writer } = await this.#open();
    const created = this.#timeNow();
    const records: NewRecord[] = [];
    for (const { checksum, ...metadata } of representations) {
      const { id, sizeBytes } = await store.stat(checksum);
      records.push({
        content: { id, sizeBytes },
        attributes: attributesOf({ ...metadata, resource }),
        created,
      });
    }
    return writer.add(records);
  }

  /** Waits for what is under way. A call after it opens the store anew. */
  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    this.#opened = undefined;
    await opened?.writer.settle();
    await this.#tidying;
    if ('basePath' in this.#options) await opened?.store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #find(checksum: string): Promise<{ readonly store: Store; readonly id: ObjectId }> {
    const id = parseChecksum(checksum);
    const { store, reader } = await this.#open();
    if (!(await reader.has(id))) throw representationNotFound(checksum);
    return { store, id };
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#openNow();
    this.#opened.catch(() => (this.#opened = undefined)); // to be tried again
    return this.#opened;
  }

  async #openNow(): Promise<Opened> {
    const options = this.#options;
    const store =
      'store' in options
        ? options.store
        : await openOrInitStore(options.basePath, { settings: SETTINGS, ...options });
    return { store, reader: new RecordReader(store), writer: new RecordWriter(store) };
  }

  #timeNow(): string {
    return new Date(this.#now()).toISOString();
  }

  /** Every change leaves trees behind that nobody needs any more: they are packed beside other work, once they are many. */
  #tidySometimes(store: Store): void {
    if (this.#changes++ % TIDY_EVERY !== 0 || this.#tidying !== undefined) return;
    this.#tidying = tidy(store).finally(() => (this.#tidying = undefined));
  }
}

function byAge(one: StoredRepresentation, other: StoredRepresentation): number {
  return compareText(one.created, other.created) || compareText(one.checksum, other.checksum);
}

/** Where it fails, what is stored is safe all the same, and the next one may succeed. */
async function tidy(store: Store): Promise<void> {
  try {
    if (await store.isMaintenanceDue()) await store.maintain();
  } catch {}
}

async function putStream(store: Store, content: ByteSource): Promise<StoredObject> {
  const id = await store.put(content);
  return { id, sizeBytes: (await store.stat(id)).sizeBytes };
}

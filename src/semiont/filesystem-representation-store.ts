/** Representations of resources in one `.cas`: bytes by checksum, each once, and what is said of them. */
import type { Batch } from '../api/batch.ts';
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
import type { DeleteOptions, RepresentationStore, RepresentationToStore } from './representation-store.ts';
import {
  type DescriptorOptions,
  formatResourceDescriptor,
  parseResourceDescriptor,
  type ResourceDescriptor,
} from './resource-descriptor.ts';

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
  readonly #underWay: Set<Promise<unknown>> = new Set();
  #changes = 0;
  #tidying: Promise<void> | undefined;

  constructor(options: FilesystemRepresentationStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async store(content: ByteSource, metadata: RepresentationMetadata): Promise<StoredRepresentation> {
    const attributes = attributesOf(metadata);
    const created = this.#timeNow();
    return this.#change(async ({ store, writer }) => {
      const bytes = typeof content === 'string' ? encodeText(content) : content;
      // A stream is stored before, so that no other call waits for its end; bytes go in along with their record, in turn.
      const held = bytes instanceof Uint8Array ? bytes : await putStream(store, bytes);
      const [stored] = await writer.add([{ content: held, attributes, created }]);
      return stored!;
    });
  }

  async storeAll(
    representations: Iterable<RepresentationToStore> | AsyncIterable<RepresentationToStore>,
  ): Promise<StoredRepresentation[]> {
    const created = this.#timeNow();
    return this.#change(async ({ store, writer }) => {
      const records = await store.batch((batch) => putEach(batch, representations, created));
      return records.length === 0 ? [] : writer.add(records);
    });
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
    const isMeant = (record: StoredRepresentation): boolean =>
      resource === undefined || record.resource === resource;
    await this.#change(({ writer }) => writer.remove(id, isMeant));
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
    const created = this.#timeNow();
    return this.#change(async ({ store, writer }) => {
      const records: NewRecord[] = [];
      for (const { checksum, ...metadata } of representations) {
        const { id, sizeBytes } = await store.stat(checksum);
        const attributes = attributesOf({ ...metadata, resource });
        records.push({ content: { id, sizeBytes }, attributes, created });
      }
      return writer.add(records);
    });
  }

  /** Waits for what is under way. A call after it opens the store anew. */
  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    this.#opened = undefined;
    await Promise.allSettled(this.#underWay);
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

  /** Does `work`, which `close` waits for. */
  async #change<Value>(work: (opened: Opened) => Promise<Value>): Promise<Value> {
    const opened = await this.#open();
    const done = work(opened);
    this.#underWay.add(done);
    try {
      return await done;
    } finally {
      this.#underWay.delete(done);
      this.#tidySometimes(opened.store);
    }
  }

  #open(): Promise<Opened> {
    if (this.#opened !== undefined) return this.#opened;
    const opening = this.#openNow();
    opening.catch(() => {
      if (this.#opened === opening) this.#opened = undefined; // to be tried again
    });
    this.#opened = opening;
    return opening;
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

/** Stores contents that get their records afterwards. */
async function putEach(
  batch: Batch,
  representations: Iterable<RepresentationToStore> | AsyncIterable<RepresentationToStore>,
  created: string,
): Promise<NewRecord[]> {
  const put: NewRecord[] = [];
  for await (const { content, ...metadata } of representations) {
    const attributes = attributesOf(metadata);
    const measured = measureContent(content);
    const id = await batch.put(measured.content);
    put.push({ content: { id, sizeBytes: measured.length() }, attributes, created });
  }
  return put;
}

async function putStream(store: Store, content: ByteSource): Promise<StoredObject> {
  const id = await store.put(content);
  return { id, sizeBytes: (await store.stat(id)).sizeBytes };
}

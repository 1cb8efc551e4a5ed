/** Theater's ContentStore: content by its SHA-1, and labels that hold lists of it. */
import { join } from 'node:path';
import type { OpenOptions } from '../api/open.ts';
import type { PutOptions } from '../api/options.ts';
import type { Store } from '../api/store.ts';
import { CorruptError, InvalidInputError } from '../errors/errors.ts';
import { type ByteSource, observe, toByteStream } from '../flow/byte-stream.ts';
import { retryRaces } from '../store/commit.ts';
import { hasContent, listContents, requireContent } from './content-index.ts';
import { ContentRef, createContentHasher } from './content-ref.ts';
import { fromContents, inOrder, type OrderedContent, readLabelSet, withMember } from './label-set.ts';
import { escapeLabel, findLabelText } from './label-text.ts';
import { checkStoreId, formatReference, parseReference } from './reference.ts';
import { StorePlace } from './store-place.ts';

/** Where Theater has its store, where nobody says. */
export const DEFAULT_BASE_PATH = 'theater/store';

/** Where stores with ids lie, and how they are opened. */
export interface NamedStoreOptions extends OpenOptions {
  /** The folder that has a folder for each id. @default 'theater/store' */
  readonly basePath?: string;
}

/**
 * A store of content, over a store of this library in the folder `basePath`.
 *
 * Every method but `init` and `open` needs one of the two before. What a method stored or changed survives a power cut
 * once it resolves. Content that no label names is kept until garbage is collected, and then for the grace.
 */
export class ContentStore implements AsyncDisposable {
  /** The folder that holds `.cas`. */
  readonly basePath: string;
  readonly #name: string | undefined;
  #place: StorePlace;
  #lastChange: Promise<unknown> = Promise.resolve();

  /** Nothing is read or made before `init` or `open`. */
  constructor(basePath: string = DEFAULT_BASE_PATH, options: OpenOptions & { readonly id?: string } = {}) {
    const { id, ...rest } = options;
    this.basePath = basePath;
    this.#place = new StorePlace(basePath, rest);
    this.#name = id === undefined ? undefined : checkStoreId(id);
  }

  /** One of several stores: that in the folder `<basePath>/<id>`. @throws InvalidInputError `STORE_ID_INVALID` */
  static named(id: string, options: NamedStoreOptions = {}): ContentStore {
    const { basePath = DEFAULT_BASE_PATH, ...rest } = options;
    return new ContentStore(join(basePath, checkStoreId(id)), { ...rest, id });
  }

  /**
   * The contents and labels of a store that is open already, and that stays open when this is closed.
   *
   * @throws RefusedError `ALIASES_OFF` where it keeps no SHA-1: give `openStore` the option `aliases: ['sha1']`
   */
  static over(store: Store): ContentStore {
    const contents = new ContentStore(join(store.path, '..'));
    contents.#place = StorePlace.of(store);
    return contents;
  }

  /** What references call this store: the id that it was opened by, else the UUID that it was made with. */
  get id(): string {
    return this.#name ?? this.database.id;
  }

  /** The store below: for histories, views, collection of garbage and all else. @throws RefusedError `STORE_CLOSED` */
  get database(): Store {
    return this.#place.store;
  }

  /** Opens the store, and makes it where there is none, with the folders above it. @throws as `openStore` and `initStore` */
  async init(): Promise<void> {
    await this.#place.open('make');
  }

  /** Opens a store that is there. @throws NotFoundError `STORE_NOT_FOUND`, and as `openStore` */
  async open(): Promise<void> {
    await this.#place.open('refuse');
  }

  /** Stores content, all of it or a stream; the same again changes nothing. @throws as `Store.put` */
  async store(content: ByteSource, options: PutOptions = {}): Promise<ContentRef> {
    const hasher = createContentHasher();
    const isWhole = typeof content === 'string' || content instanceof Uint8Array;
    const ref = isWhole ? ContentRef.fromContent(content) : undefined;
    const source = isWhole ? content : observe(toByteStream(content), (piece) => hasher.update(piece));
    await this.database.put(source, options);
    await this.database.flush();
    return ref ?? hasher.finish();
  }

  /**
   * All of a content, up to 1 GiB, proved by both of its hashes.
   *
   * @throws NotFoundError `CONTENT_NOT_FOUND` @throws InvalidInputError `AMBIGUOUS` where two contents have this hash
   * @throws RefusedError `TOO_LARGE`: take {@link ContentStore.read} @throws CorruptError as `Store.get`
   */
  async get(ref: ContentRef): Promise<Buffer> {
    const { id } = await requireContent(this.database, ref);
    const bytes = await this.database.get(id);
    if (!ContentRef.fromContent(bytes).equals(ref)) throw notOfHash(ref);
    return asBuffer(bytes);
  }

  /** A content of any size as a stream, which ends in an error where it is damaged. @throws as {@link ContentStore.get} */
  async *read(ref: ContentRef): AsyncGenerator<Uint8Array> {
    const { id } = await requireContent(this.database, ref);
    const hasher = createContentHasher();
    yield* observe(this.database.read(id), (piece) => hasher.update(piece));
    if (!hasher.finish().equals(ref)) throw notOfHash(ref);
  }

  async exists(ref: ContentRef): Promise<boolean> {
    return hasContent(this.database, ref);
  }

  /**
   * Puts a content behind those that a label has already, and makes the label where there is none.
   *
   * @throws NotFoundError `CONTENT_NOT_FOUND`
   * @throws InvalidInputError `AMBIGUOUS`, `LABEL_NAME_INVALID`, `LABEL_CLASH` where one label would be a folder of another
   * @throws RefusedError `LABEL_PROTECTED`, `LABEL_NOT_CONTENT` where the label names something else
   */
  async label(label: string, ref: ContentRef): Promise<void> {
    const content = await requireContent(this.database, ref);
    await this.#change(label, (members) =>
      members.some((member) => member.ref.equals(ref)) ? members : withMember(members, content),
    );
  }

  /** Makes a content the only one of a label. @throws as {@link ContentStore.label} */
  async replaceAtLabel(label: string, ref: ContentRef): Promise<void> {
    const content = await requireContent(this.database, ref);
    await this.#change(label, (members) =>
      members.length === 1 && members[0]!.ref.equals(ref) ? members : inOrder([content]),
    );
  }

  /** Stores content, and labels it. @throws as {@link ContentStore.store} and {@link ContentStore.label} */
  async storeAtLabel(label: string, content: ByteSource, options: PutOptions = {}): Promise<ContentRef> {
    escapeLabel(label); // before the work
    const ref = await this.store(content, options);
    await this.label(label, ref);
    return ref;
  }

  /** Stores content, and makes it the only one of a label. @throws as {@link ContentStore.storeAtLabel} */
  async replaceContentAtLabel(
    label: string,
    content: ByteSource,
    options: PutOptions = {},
  ): Promise<ContentRef> {
    escapeLabel(label);
    const ref = await this.store(content, options);
    await this.replaceAtLabel(label, ref);
    return ref;
  }

  /** What a label names, in the order in which it came there; nothing where there is no label. @throws as {@link ContentStore.label} */
  async getByLabel(label: string): Promise<ContentRef[]> {
    const { members } = await readLabelSet(this.database, escapeLabel(label));
    return members.map(({ ref }) => ref);
  }

  /** The content that came to a label last, or `undefined` where there is no label. @throws as {@link ContentStore.get} */
  async getContentByLabel(label: string): Promise<Buffer | undefined> {
    const { members } = await readLabelSet(this.database, escapeLabel(label));
    const newest = members.at(-1);
    return newest === undefined ? undefined : asBuffer(await this.database.get(newest.id));
  }

  async labelExists(label: string): Promise<boolean> {
    return (await this.database.labels.get(escapeLabel(label))) !== undefined;
  }

  /** Takes a label away, and none of what it names; nothing happens where there is none. @throws as {@link ContentStore.label} */
  async removeLabel(label: string): Promise<void> {
    await this.#change(label, () => []);
  }

  /** Takes a content from a label that has it; a label that has no other goes with it. @throws as {@link ContentStore.label} */
  async removeFromLabel(label: string, ref: ContentRef): Promise<void> {
    await this.#change(label, (members) =>
      members.some((member) => member.ref.equals(ref))
        ? members.filter((member) => !member.ref.equals(ref))
        : members,
    );
  }

  /** All labels, in the order of their names in the store. What no text is the name of is no label of Theater's. */
  async listLabels(): Promise<string[]> {
    const labels = await this.database.labels.list();
    return labels.flatMap(({ name }) => findLabelText(name) ?? []);
  }

  /** Every content that is there, labelled or not, each once, by its hash ascending. */
  async listAllContent(): Promise<ContentRef[]> {
    const refs = new Map<string, ContentRef>();
    for await (const { ref } of listContents(this.database)) refs.set(ref.hash, ref);
    return [...refs.values()];
  }

  /** The bytes of every content together, before compression. */
  async calculateTotalSize(): Promise<number> {
    let total = 0;
    for await (const { sizeBytes } of listContents(this.database)) total += sizeBytes;
    return total;
  }

  /** The text that names a content or a label of this store anywhere: `store://…`. */
  referenceTo(target: ContentRef | string): string {
    const storeId = this.id;
    return formatReference(
      typeof target === 'string'
        ? { kind: 'label', storeId, label: target }
        : { kind: 'hash', storeId, ref: target },
    );
  }

  /**
   * What a reference names here: its content, where that is there, or all of its label.
   *
   * @throws InvalidInputError `REFERENCE_INVALID`, `REFERENCE_ELSEWHERE` where it names another store
   */
  async resolve(text: string): Promise<ContentRef[]> {
    const reference = parseReference(text);
    const { storeId = this.id } = reference;
    if (storeId !== this.id) {
      throw new InvalidInputError('REFERENCE_ELSEWHERE', `'${text}' is not of the store '${this.id}'`, {
        hint: `open the store '${storeId}', and ask that`,
      });
    }
    if (reference.kind === 'label') return this.getByLabel(reference.label);
    return (await this.exists(reference.ref)) ? [reference.ref] : [];
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    await this.#place.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * Makes what `change` answers with the contents of a label: nothing takes the label away, and what it was given leaves
   * it as it is. Whoever is second to change a label does so on top of the first.
   */
  async #change(
    label: string,
    change: (members: readonly OrderedContent[]) => readonly OrderedContent[],
  ): Promise<void> {
    const name = escapeLabel(label);
    const turn = this.#lastChange.then(() =>
      retryRaces({}, async () => {
        const { at, members } = await readLabelSet(this.database, name);
        const after = change(members);
        if (after.length > 0 && after !== members) {
          const source = fromContents(after, { name: label, kept: members });
          await this.database.commit(name, source, { expect: at ?? 'absent' });
        } else if (after.length === 0 && at !== undefined)
          await this.database.labels.update([{ verb: 'delete', name, expect: at }]);
      }),
    );
    this.#lastChange = turn.catch(() => undefined); // of its own caller
    await turn;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function notOfHash(ref: ContentRef): CorruptError {
  return new CorruptError('ALIAS_WRONG', `what is kept as '${ref.hash}' has another SHA-1`, {
    hint: "run 'cas alias rebuild'",
  });
}

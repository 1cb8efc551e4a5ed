/** Every copy of every object of a store: how large it is, in which form it lies, and what it takes up. */

import { IdTable } from '../hash/id-table.ts';
import { bytesOfId, ID_BYTES, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { ObjectForm } from '../odb/object-store.ts';
import { type Chunks, decodeChunkList, MAX_CHUNK_LIST_BYTES } from '../pack/chunk-list.ts';
import { ENTRY, type EntryType, isDelta } from '../pack/entry-header.ts';
import { invalidPack } from '../pack/pack-header.ts';
import { inflateBody } from '../packs/entry-content.ts';
import type { PackFile, PackParts } from '../packs/pack-file.ts';
import type { Repository } from '../store/repository.ts';

/** So many objects, or copies, and their bytes before and after compression. */
export interface Amount {
  readonly count: number;
  readonly contentBytes: number;
  readonly storedBytes: number;
}

/** How a copy lies on the disk. */
export type StoredForm = Exclude<ObjectForm, 'memory'>;

/** What is read around an entry's header: of entries that are shorter, many come at once. */
const PIECE_BYTES: number = 64 * 1024;

export class Tally {
  #count = 0;
  #contentBytes = 0;
  #storedBytes = 0;

  add(contentBytes: number, storedBytes: number): void {
    this.#count++;
    this.#contentBytes += contentBytes;
    this.#storedBytes += storedBytes;
  }

  amount(): Amount {
    return { count: this.#count, contentBytes: this.#contentBytes, storedBytes: this.#storedBytes };
  }
}

export class StoredCopies {
  readonly ids: IdTable = new IdTable();
  /** By the number of the object; of what all its copies take up. */
  readonly contentBytes: number[] = [];
  readonly storedBytes: number[] = [];
  /** In which form the first copy of each lies. */
  readonly forms: StoredForm[] = [];
  readonly byForm: Readonly<Record<StoredForm, Tally>> = {
    loose: new Tally(),
    whole: new Tally(),
    delta: new Tally(),
    chunks: new Tally(),
  };
  /** Copies of objects that have another one. */
  readonly spare: Tally = new Tally();
  /** The chunks of each object that lies as a list of them, by its number. */
  readonly chunks: Map<number, Chunks> = new Map();
  packs = 0;
  /** Of packs, with their tables. */
  packBytes = 0;

  /** @throws CorruptError as reads of damaged packs and objects */
  static async read(
    repository: Repository,
    {
      onCopy,
      signal,
    }: { readonly onCopy: (copies: number) => void; readonly signal: AbortSignal | undefined },
  ): Promise<StoredCopies> {
    const copies = new StoredCopies();
    const { packed, loose } = repository.objects;
    await packed.rescan();
    for (const pack of await packed.folder.list()) {
      signal?.throwIfAborted();
      await copies.#readPack(repository, pack);
      onCopy(copies.ids.count);
    }
    for await (const id of loose.ids()) {
      signal?.throwIfAborted();
      const info = await loose.stat(id);
      if (info !== undefined) copies.#add(bytesOfId(id), 'loose', info);
      onCopy(copies.ids.count);
    }
    return copies;
  }

  /** The number of an object, or -1. */
  find(id: ObjectId): number {
    return this.ids.find(bytesOfId(id));
  }

  idAt(number: number): ObjectId {
    return objectIdFromBytes(this.ids.at(number));
  }

  async #readPack(repository: Repository, pack: PackFile): Promise<void> {
    const parts = await pack.parts();
    const { idx, table, meta } = parts;
    await using _ = await pack.hold();
    this.packs++;
    this.packBytes += await packFilesBytes(repository, pack);
    const headers = new EntryHeaders(pack, parts);
    for (let place = 0; place < table.count; place++) {
      const row = table.rowAt(place);
      const type = await headers.typeAt(place);
      const form = type === ENTRY.chunkList ? 'chunks' : isDelta(type) ? 'delta' : 'whole';
      const sizeBytes =
        meta?.sizeAt(row) ??
        (await repository.objects.stat(objectIdFromBytes(idx.idAt(row))))?.sizeBytes ??
        0;
      const storedBytes = table.endAt(place) - table.offsetAt(place);
      const number = this.#add(idx.idAt(row), form, { sizeBytes, storedBytes });
      if (form === 'chunks')
        this.chunks.set(number, await readChunks(repository, pack, table.offsetAt(place)));
    }
  }

  #add(
    id: Uint8Array,
    form: StoredForm,
    { sizeBytes, storedBytes }: { readonly sizeBytes: number; readonly storedBytes: number },
  ): number {
    const number = this.ids.enter(id);
    this.byForm[form].add(sizeBytes, storedBytes);
    if (number < this.forms.length) {
      this.spare.add(sizeBytes, storedBytes);
      this.storedBytes[number]! += storedBytes;
    } else {
      this.forms.push(form);
      this.contentBytes.push(sizeBytes);
      this.storedBytes.push(storedBytes);
    }
    return number;
  }
}

/** The types of a pack's entries, read from its first to its last: long entries are passed over. */
class EntryHeaders {
  readonly #pack: PackFile;
  readonly #parts: PackParts;
  #piece: Uint8Array = new Uint8Array(0);
  #start = 0;

  constructor(pack: PackFile, parts: PackParts) {
    this.#pack = pack;
    this.#parts = parts;
  }

  async typeAt(place: number): Promise<EntryType> {
    const { table } = this.#parts;
    const offset = table.offsetAt(place);
    if (offset + 1 > this.#start + this.#piece.length) {
      const end = table.endAt(table.count - 1);
      this.#piece = await this.#pack.read(offset, Math.min(PIECE_BYTES, end - offset));
      this.#start = offset;
    }
    return ((this.#piece[offset - this.#start]! >> 4) & 7) as EntryType; // only counted
  }
}

async function readChunks({ codec }: Repository, pack: PackFile, offset: number): Promise<Chunks> {
  const head = await pack.readHead(offset);
  const { sizeBytes } = head.header;
  if (sizeBytes > MAX_CHUNK_LIST_BYTES) throw invalidPack(`the chunk list at ${offset} is too long`);
  const content = inflateBody(await pack.readBody(head), sizeBytes, codec);
  return decodeChunkList(content, content.subarray(0, ID_BYTES)).chunks;
}

async function packFilesBytes({ files, layout }: Repository, { name }: PackFile): Promise<number> {
  let bytes = 0;
  for (const ending of ['pack', 'idx', 'meta'])
    bytes += (await files.stat(`${layout.objects}/pack/${name}.${ending}`))?.sizeBytes ?? 0;
  return bytes;
}

/** Packs of which all goes: they are sent as they lie, one after the other, distances to bases and all. */
import { createHash } from 'node:crypto';
import { compareText, equalBytes } from '../bytes/compare.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { Role } from '../object/role.ts';
import { decodeEntryHeader, ENTRY, MAX_ENTRY_HEADER_BYTES } from '../pack/entry-header.ts';
import { invalidPack, PACK_HEADER_BYTES, PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import type { PackFile } from '../packs/pack-file.ts';
import type { Repository } from '../store/repository.ts';

/** An object that goes by itself. */
export interface OutgoingObject {
  readonly id: ObjectId;
  /** What it was first met as. */
  readonly role: Role;
  /** `list`: the object goes as the list of its chunks. */
  readonly form: 'whole' | 'list';
}

/** Of many who take it slowly each has one. */
const BLOCK_BYTES: number = 2 ** 16;

/** All packs, in an order that is the same each time, whichever was found useful last. */
export async function listPacks({ objects }: Repository): Promise<PackFile[]> {
  const packs = await objects.packed.folder.list();
  return packs.toSorted((left, right) => compareText(left.name, right.name));
}

/** Objects that go in packs of which all goes, and the others. */
export interface SplitObjects {
  readonly packs: readonly PackFile[];
  readonly objects: readonly OutgoingObject[];
}

/** @param sent every object that goes, once */
export async function splitPacks(
  repository: Repository,
  sent: ReadonlyMap<ObjectId, OutgoingObject>,
): Promise<SplitObjects> {
  const packs: PackFile[] = [];
  const left = new Map(sent);
  for (const pack of await listPacks(repository)) {
    const { idx } = await pack.parts();
    const ids = Array.from({ length: idx.count }, (_, row) => objectIdFromBytes(idx.idAt(row)));
    if (!ids.every((id) => left.has(id))) continue;
    const lists = ids.filter((id) => left.get(id)?.form === 'list');
    if (!(await areLists(pack, lists))) continue;
    packs.push(pack);
    for (const id of ids) left.delete(id);
  }
  return { packs, objects: [...left.values()] };
}

/** An object that goes as a list of chunks may lie in one pack so, and whole in another. */
async function areLists(pack: PackFile, ids: readonly ObjectId[]): Promise<boolean> {
  const { idx } = await pack.parts();
  for (const id of ids) {
    if (!(await isList(pack, idx.offsetAt(idx.find(bytesOfId(id)))))) return false;
  }
  return true;
}

async function isList(pack: PackFile, offset: number): Promise<boolean> {
  const head = await pack.read(offset, MAX_ENTRY_HEADER_BYTES); // behind the last entry there is the trailer
  return decodeEntryHeader(head, 0).type === ENTRY.chunkList;
}

/** The bytes of a pack between header and trailer. @throws CorruptError `PACK_INVALID` where they are not what was written */
export async function* streamBody(pack: PackFile): ByteStream {
  const end = (await pack.sizeBytes()) - PACK_TRAILER_BYTES;
  const hasher = createHash('sha256').update(await pack.read(0, PACK_HEADER_BYTES));
  for (let at = PACK_HEADER_BYTES; at < end; at += BLOCK_BYTES) {
    const block = await pack.read(at, Math.min(BLOCK_BYTES, end - at));
    hasher.update(block);
    yield block;
  }
  if (!equalBytes(hasher.digest(), await pack.read(end, PACK_TRAILER_BYTES)))
    throw invalidPack(`'${pack.name}' does not have the checksum at its end`);
}

/** Packs that were sent one after the other, and where their entries are in what was sent. */
export class SentPacks {
  readonly #packs: { readonly pack: PackFile; readonly shift: number }[] = [];

  /** @param start where its first entry starts, in bytes from the start of what is sent */
  add(pack: PackFile, start: number): void {
    this.#packs.push({ pack, shift: start - PACK_HEADER_BYTES });
  }

  /** Where the entry of an object starts that a delta may stand on; `undefined` where it is in none of them. */
  async findBase(id: ObjectId): Promise<number | undefined> {
    for (const { pack, shift } of this.#packs) {
      const { idx } = await pack.parts();
      const row = idx.find(bytesOfId(id));
      if (row >= 0 && !(await isList(pack, idx.offsetAt(row)))) return idx.offsetAt(row) + shift;
    }
    return undefined;
  }
}

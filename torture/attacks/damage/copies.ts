/**
 * All copies of the objects of a store, and which of them are sound: known by what was done to the files, and of what
 * the store wrote itself by reading it here, with nothing of the store's own reading.
 */
import { inflateSync } from 'node:zlib';
import type { FileSystem } from '../../../src/files/file-system.ts';
import { hashBytes } from '../../../src/hash/hasher.ts';
import { objectIdFromBytes } from '../../../src/hash/object-id.ts';
import { applyDelta } from '../../../src/pack/delta.ts';
import { decodeEntryHeader, ENTRY } from '../../../src/pack/entry-header.ts';
import { Idx } from '../../../src/pack/idx.ts';

const MAX_BYTES = 2 ** 20;

/** A copy in a pack. */
export interface PackedCopy {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  /** Of the object that it is a delta on. */
  readonly baseId: string | undefined;
  isSound: boolean;
}

export class Copies {
  readonly #files: FileSystem;
  readonly #objects: string;
  /** By the path of the pack, and of the loose file. */
  readonly packs = new Map<string, readonly PackedCopy[]>();
  readonly loose = new Map<string, { readonly id: string; isSound: boolean }>();
  /** What each file held when it was looked at last, by its digest. */
  readonly #known = new Map<string, string>();

  /** @param objects the folder `objects` of the store */
  constructor(files: FileSystem, objects: string) {
    this.#files = files;
    this.#objects = objects;
  }

  /** The bytes that a file was given on purpose are nothing that the store wrote. */
  expect(path: string, bytes: Uint8Array): void {
    this.#known.set(path, hashBytes(bytes));
  }

  /**
   * Takes note of files that came, went, or were replaced.
   *
   * @returns what is wrong with those that came, in words: nobody is to write a copy that is not sound
   */
  async follow(): Promise<string[]> {
    const paths = new Set(await this.#list());
    for (const known of [this.packs, this.loose, this.#known])
      for (const path of known.keys()) if (!paths.has(path)) known.delete(path);
    const wrong: string[] = [];
    for (const path of paths) {
      const bytes = (await this.#files.readFile(path, MAX_BYTES))!;
      if (this.#known.get(path) === hashBytes(bytes)) continue;
      this.expect(path, bytes);
      if (!(await this.#enter(path, bytes))) wrong.push(`${path} was written, and is not sound`);
    }
    return wrong;
  }

  /** @returns whether all of it is sound */
  async #enter(path: string, bytes: Uint8Array): Promise<boolean> {
    const idx = await this.#files.readFile(path.replace(/pack$/u, 'idx'), MAX_BYTES);
    if (!path.endsWith('.pack')) this.loose.set(path, { id: idOf(path), isSound: true });
    else if (idx !== undefined) this.packs.set(path, entriesOf(bytes, Idx.decode(idx)));
    return isWritten(path, bytes, this.packs.get(path) ?? []);
  }

  /** The objects that can be made out of sound copies, each base out of any of its own. */
  readable(): Set<string> {
    const found = new Set([...this.loose.values()].flatMap(({ id, isSound }) => (isSound ? [id] : [])));
    const packed = [...this.packs.values()].flat().filter(({ isSound }) => isSound);
    for (let before = -1; before < found.size; ) {
      before = found.size;
      for (const { id, baseId } of packed) if (baseId === undefined || found.has(baseId)) found.add(id);
    }
    return found;
  }

  /** Whether a copy is there that is not sound. */
  get isDamaged(): boolean {
    return [...this.loose.values(), ...[...this.packs.values()].flat()].some(({ isSound }) => !isSound);
  }

  async #list(): Promise<string[]> {
    const paths: string[] = [];
    for (const { name } of (await this.#files.list(this.#objects)) ?? []) {
      const folder = Buffer.from(name).toString();
      if (!/^(?:[0-9a-f]{2}|pack)$/u.test(folder)) continue;
      for (const file of (await this.#files.list(`${this.#objects}/${folder}`)) ?? [])
        paths.push(`${this.#objects}/${folder}/${Buffer.from(file.name).toString()}`);
    }
    return paths.filter((path) => /\/(?:[0-9a-f]{62}|pack-[0-9a-f]{64}\.pack)$/u.test(path));
  }
}

function idOf(loosePath: string): string {
  return `sha256:${loosePath.slice(-65).replace('/', '')}`;
}

/** In the order of the pack. */
export function entriesOf(pack: Uint8Array, idx: Idx): PackedCopy[] {
  const rows = [...idx.rowsInPackOrder()];
  const idAt = (row: number): string => objectIdFromBytes(idx.idAt(row));
  const byStart = new Map(rows.map((row) => [idx.offsetAt(row), idAt(row)]));
  return rows.map((row, number) => {
    const start = idx.offsetAt(row);
    const next = rows[number + 1];
    const end = next === undefined ? pack.length - 32 : idx.offsetAt(next);
    const { type, baseDistance, baseId } = decodeEntryHeader(pack, start);
    const base = type === ENTRY.offsetDelta ? byStart.get(start - baseDistance) : undefined;
    return { id: idAt(row), start, end, baseId: baseId ? objectIdFromBytes(baseId) : base, isSound: true };
  });
}

/** Whether all that a file holds is what it is filed under. */
function isWritten(path: string, bytes: Uint8Array, entries: readonly PackedCopy[]): boolean {
  try {
    if (!path.endsWith('.pack')) {
      const inflated = inflateSync(bytes);
      return hashBytes(inflated.subarray(inflated.indexOf(0) + 1)) === idOf(path);
    }
    const contents = new Map<string, Uint8Array>();
    for (const { id, start, end, baseId } of entries) {
      const body = inflateSync(bytes.subarray(start + decodeEntryHeader(bytes, start).headerBytes, end));
      const base = baseId === undefined ? undefined : contents.get(baseId);
      contents.set(id, base === undefined ? body : applyDelta(base, body, MAX_BYTES));
      if (hashBytes(contents.get(id)!) !== id) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/** Which objects a file has a part in: what else is read, no damage of it can touch. */
import { objectIdFromBytes } from '../../../src/hash/object-id.ts';
import { decodeEntryHeader, ENTRY } from '../../../src/pack/entry-header.ts';
import { Idx } from '../../../src/pack/idx.ts';
import { PACK_TRAILER_BYTES } from '../../../src/pack/pack-header.ts';
import type { SoundStore } from '../../sound-store.ts';

const PACKED = /^(.*\/objects\/pack\/pack-[0-9a-f]{64})\.(pack|idx|meta)$/u;
const LOOSE = /\/objects\/([0-9a-f]{2})\/([0-9a-f]{62})$/u;

interface Entry {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  /** Where its base starts; `undefined` for an object that is there whole. */
  readonly base: number | undefined;
}

export class Stakes {
  readonly #sound: SoundStore;
  readonly #packs = new Map<string, readonly Entry[]>();

  constructor(sound: SoundStore) {
    this.#sound = sound;
  }

  /** Of a whole file. */
  idsIn(path: string): string[] {
    const [, start, rest] = LOOSE.exec(path) ?? [];
    if (start !== undefined) return [`sha256:${start}${rest}`];
    const [, pack] = PACKED.exec(path) ?? [];
    return pack === undefined ? [] : this.#entriesOf(pack).map(({ id }) => id);
  }

  /** Of one byte of it that another takes the place of: in a pack the objects whose entry it is in, or a base of it. */
  idsAt(path: string, at: number): string[] {
    const [, pack, ending] = PACKED.exec(path) ?? [];
    if (pack === undefined || ending !== 'pack') return this.idsIn(path);
    const entries = this.#entriesOf(pack);
    const touched = new Set<number>();
    for (const { start, end, base } of entries)
      if ((at >= start && at < end) || (base !== undefined && touched.has(base))) touched.add(start);
    return entries.flatMap(({ id, start }) => (touched.has(start) ? [id] : []));
  }

  /** In their order in the pack, where a base comes before what stands on it. */
  #entriesOf(pack: string): readonly Entry[] {
    const known = this.#packs.get(pack);
    if (known !== undefined) return known;
    const bytes = this.#sound.image.get(`${pack}.pack`) as Uint8Array;
    const idx = Idx.decode(this.#sound.image.get(`${pack}.idx`) as Uint8Array);
    const rows = [...idx.rowsInPackOrder()];
    const entries = rows.map((row, number) => {
      const start = idx.offsetAt(row);
      const next = rows[number + 1];
      const end = next === undefined ? bytes.length - PACK_TRAILER_BYTES : idx.offsetAt(next);
      const header = decodeEntryHeader(bytes, start);
      const base = header.type === ENTRY.offsetDelta ? start - header.baseDistance! : undefined;
      return { id: objectIdFromBytes(idx.idAt(row)), start, end, base };
    });
    this.#packs.set(pack, entries);
    return entries;
  }
}

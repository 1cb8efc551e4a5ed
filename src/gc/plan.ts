/** What a collection takes out of the way: the objects that nothing keeps, by the files that they lie in. */
import { type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { ReferenceSet } from '../object/role.ts';
import type { InventoriedPack, Inventory } from './inventory.ts';

/** So many objects, and what they take up where they lie, in bytes. */
export interface Heap {
  readonly count: number;
  readonly bytes: number;
}

export interface LooseVictim {
  readonly id: ObjectId;
  readonly bytes: number;
}

/** A pack some or all of whose objects go. */
export interface PackVictim {
  readonly pack: InventoriedPack;
  /** The places in the pack whose objects stay, ascending: a delta comes after its base. */
  readonly livePlaces: readonly number[];
  readonly dead: Heap;
}

export interface GcPlan {
  readonly loose: readonly LooseVictim[];
  readonly packs: readonly PackVictim[];
  /** All that goes. */
  readonly dead: Heap;
  /** All that was there. */
  readonly before: Heap;
}

/** What is younger than `cutoffNs` is not looked at, nor are packs that somebody wants to keep. */
export function planGc(inventory: Inventory, marks: ReferenceSet, cutoffNs: bigint): GcPlan {
  const loose: LooseVictim[] = [];
  for (const [id, { modifiedNs, sizeBytes }] of inventory.loose)
    if (modifiedNs < cutoffNs && !marks.hasAny(id)) loose.push({ id, bytes: sizeBytes });
  const packs = inventory.packs
    .filter(({ modifiedNs, isKept }) => modifiedNs < cutoffNs && !isKept)
    .map((pack) => planPack(pack, marks))
    .filter(({ dead }) => dead.count > 0);
  const looseDead = { count: loose.length, bytes: sum(loose.map(({ bytes }) => bytes)) };
  return {
    loose,
    packs,
    dead: addHeaps([looseDead, ...packs.map(({ dead }) => dead)]),
    before: measure(inventory),
  };
}

/** What the objects that go take up, all copies of each together. */
export function measureDead({ loose, packs }: GcPlan): Map<ObjectId, number> {
  const sizes = new Map<ObjectId, number>(loose.map(({ id, bytes }) => [id, bytes]));
  for (const { pack, livePlaces } of packs) {
    const { table } = pack.parts;
    const live = new Set(livePlaces);
    for (let place = 0; place < table.count; place++) {
      if (live.has(place)) continue;
      const id = idAt(pack, place);
      sizes.set(id, (sizes.get(id) ?? 0) + table.endAt(place) - table.offsetAt(place));
    }
  }
  return sizes;
}

function planPack(pack: InventoriedPack, marks: ReferenceSet): PackVictim {
  const { table } = pack.parts;
  const livePlaces: number[] = [];
  let bytes = 0;
  for (let place = 0; place < table.count; place++) {
    if (marks.hasAny(idAt(pack, place))) livePlaces.push(place);
    else bytes += table.endAt(place) - table.offsetAt(place);
  }
  return { pack, livePlaces, dead: { count: table.count - livePlaces.length, bytes } };
}

function idAt({ parts: { idx, table } }: InventoriedPack, place: number): ObjectId {
  return objectIdFromBytes(idx.idAt(table.rowAt(place)));
}

function measure({ loose, packs }: Inventory): Heap {
  const heaps = packs.map(({ parts, sizeBytes }) => ({ count: parts.idx.count, bytes: sizeBytes }));
  const looseBytes = sum(Array.from(loose.values(), ({ sizeBytes }) => sizeBytes));
  return addHeaps([{ count: loose.size, bytes: looseBytes }, ...heaps]);
}

export function addHeaps(heaps: readonly Heap[]): Heap {
  return { count: sum(heaps.map(({ count }) => count)), bytes: sum(heaps.map(({ bytes }) => bytes)) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

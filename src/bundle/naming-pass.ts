/** The trees and snapshots of a pack, all that name other objects, in one pass: each base is decoded once. */
import type { OpenFile } from '../files/file-system.ts';
import { Kernel } from '../kernel/kernel.ts';
import { ENTRY } from '../pack/entry-header.ts';
import { findFamilies, planFamilyTasks } from '../scan/family-tasks.ts';
import { FamilyWalk } from '../scan/family-walk.ts';
import { HeldPack } from '../scan/held-pack.ts';
import type { PackEntries } from '../scan/pack-entries.ts';
import type { EntryVisitor } from '../scan/pack-families.ts';

export interface ScannedPack {
  readonly file: OpenFile;
  readonly entries: PackEntries;
}

/** @param bytes until the call returns */
export type NamingListener = (entry: number, role: 'tree' | 'snapshot', bytes: Uint8Array) => void;

/** Of the pack; a larger one is read where it is needed. */
const HELD_BYTES: number = 32 * 2 ** 20;
/** Of bases and results. */
const ARENA_BYTES: number = 48 * 2 ** 20;

/**
 * Shows every entry whose type is that of a tree or of a snapshot, as its first writer thought; nothing is hashed.
 *
 * @returns whether all of them were shown: none is damaged, or too long for this
 */
export async function showNaming({ file, entries }: ScannedPack, see: NamingListener): Promise<boolean> {
  const { sizeBytes: packBytes } = await file.stat();
  const window = new HeldPack(new Kernel(), file, { packBytes, maxBytes: HELD_BYTES });
  await window.loadAll();
  let isWhole = true;
  const miss = (): void => {
    isWhole = false;
  };
  const visitor: EntryVisitor = {
    see: ({ entry, at, sizeBytes, type }) =>
      see(entry, type === ENTRY.tree ? 'tree' : 'snapshot', window.kernel.bytes.subarray(at, at + sizeBytes)),
    fail: miss,
    defer: miss,
  };
  const names = (root: number): boolean =>
    entries.types[root] === ENTRY.tree || entries.types[root] === ENTRY.commit;
  const walk = new FamilyWalk({ entries, window, arenaBytes: ARENA_BYTES }, visitor);
  for (const task of planFamilyTasks(findFamilies(entries), names)) await walk.decode(task);
  return isWhole;
}

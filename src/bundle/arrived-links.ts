/**
 * Whether what snapshots reach is in one pack with them: told by a single pass over its trees and snapshots, where a
 * walk from the tips would read each by itself. Most packs that arrive in an empty store are so.
 */
import { Census } from '../check/census.ts';
import { Links } from '../check/links.ts';
import type { OpenFile } from '../files/file-system.ts';
import type { Horizon } from '../graph/history.ts';
import { type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import type { IndexedPack } from '../scan/pack-indexer.ts';
import { showNaming } from './naming-pass.ts';

export interface LinkedPack {
  readonly file: OpenFile;
  readonly indexed: IndexedPack;
}

export interface Closure {
  readonly tips: readonly ObjectId[];
  readonly horizon: Horizon;
}

/**
 * `true` only where all is there, in the role and of the size that it is named with; `false` also where it may be, and a
 * walk has to say.
 */
export async function namesOnlyOwn(pack: LinkedPack, { tips, horizon }: Closure): Promise<boolean> {
  const { entries, found } = pack.indexed;
  const census = new Census();
  const numbers = census.enterAll(found.ids);
  for (const [entry, number] of numbers.entries()) census.prove(number, found.sizes[entry]!);
  const links = new Links(census, horizon);
  const isSeen = await showNaming({ file: pack.file, entries }, (entry, role, bytes) => {
    const number = numbers[entry]!;
    if (role === 'tree') links.seeTree(number, bytes);
    else links.seeSnapshot(number, bytes, objectIdFromBytes(found.idOf(entry)));
  });
  return isSeen && links.prove(tips);
}

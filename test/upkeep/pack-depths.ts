/** How many deltas lead to each entry of a pack. */
import { decodeEntryHeader } from '../../src/pack/entry-header.ts';
import { Idx } from '../../src/pack/idx.ts';

/** Of all entries whose bases are named by their offsets. */
export function packDepths(pack: Uint8Array, idxBytes: Uint8Array): number[] {
  const idx = Idx.decode(idxBytes);
  const depths = new Map<number, number>();
  for (const row of idx.rowsInPackOrder()) {
    const offset = idx.offsetAt(row);
    const { baseDistance } = decodeEntryHeader(pack, offset);
    depths.set(offset, baseDistance === 0 ? 0 : depths.get(offset - baseDistance)! + 1);
  }
  return [...depths.values()];
}

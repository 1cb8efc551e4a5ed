import { invalidPack } from '../pack/pack-header.ts';
import type { EntryHead, PackFile } from './pack-file.ts';

/** Where the base of a delta starts. @throws CorruptError `PACK_INVALID` where there is none */
export async function baseOffsetOf(
  pack: PackFile,
  { offset, header }: Pick<EntryHead, 'offset' | 'header'>,
): Promise<number> {
  if (header.baseId === undefined) return offset - header.baseDistance;
  const found = await pack.find(header.baseId);
  if (found === undefined) throw invalidPack(`the base of the entry at ${offset} is not in it`);
  return found.offset;
}

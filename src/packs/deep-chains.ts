/**
 * Chains of deltas that are longer than any reader follows. The first walk that meets one goes on to its end, once, and
 * notes all entries that are too deep: else each of a hundred thousand would be walked from again.
 */
import { CorruptError } from '../errors/errors.ts';
import { MAX_DELTA_DEPTH } from '../pack/delta.ts';
import { isDelta } from '../pack/entry-header.ts';
import { invalidPack } from '../pack/pack-header.ts';
import { baseOffsetOf } from './base-offset.ts';
import type { EntryHead, PackFile } from './pack-file.ts';

/** The error for an entry with more bases below it than a reader follows. */
export function tooManyBases({ offset }: Pick<EntryHead, 'offset'>): CorruptError {
  return invalidPack(`the entry at ${offset} has too many bases`);
}

/** @param start an entry that has too many bases. @throws NotFoundError `PACK_GONE` @throws CorruptError `IDX_INVALID` */
export async function noteDeepChain(pack: PackFile, start: EntryHead): Promise<void> {
  const { count } = (await pack.parts()).idx;
  const met: number[] = [];
  for (let head: EntryHead | undefined = start; head && met.length < count; head = await baseOf(pack, head)) {
    if (pack.isTooDeep(head.offset)) return pack.noteTooDeep(met);
    met.push(head.offset);
  }
  pack.noteTooDeep(met.slice(0, -MAX_DELTA_DEPTH));
}

/** `undefined` where there is none, or none that can be found. */
async function baseOf(pack: PackFile, head: EntryHead): Promise<EntryHead | undefined> {
  if (!isDelta(head.header.type)) return undefined;
  try {
    return await pack.readHead(await baseOffsetOf(pack, head));
  } catch (error) {
    if (error instanceof CorruptError) return undefined;
    throw error;
  }
}

/** How many bytes an entry takes up in its pack. */

import { isKernelHere } from '../kernel/instance.ts';
import { inflateExactly } from '../kernel/kernel.ts';
import { MAX_ENTRY_HEADER_BYTES } from '../pack/entry-header.ts';
import type { EntryHead, PackFile } from './pack-file.ts';

/** What inflates to no more is inflated to see where it ends, rather than reading where all others start. */
const SHORT_BYTES: number = 2 ** 20;

/** Header included: where the next entry starts is where it ends. @throws CorruptError @throws as `PackFile.parts` */
export async function storedBytesOf(pack: PackFile, head: EntryHead): Promise<number> {
  const { header, offset } = head;
  if (pack.heldParts === undefined && header.sizeBytes <= SHORT_BYTES && isKernelHere()) {
    const { consumedBytes } = inflateExactly(await pack.readBody(head), header.sizeBytes);
    return header.headerBytes + consumedBytes;
  }
  const { table } = await pack.parts();
  const place = table.placeAt(offset);
  return place < 0 ? MAX_ENTRY_HEADER_BYTES : table.endAt(place) - offset;
}

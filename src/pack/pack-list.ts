/**
 * The names of packs, and the list of them in `objects/info/packs` for readers that cannot list a folder.
 *
 *   P pack-<64 hex digits>.pack LF    one line a pack
 *
 * Derived, and a hint: a pack that it does not name is a pack. Source: git-update-server-info(1).
 */

import { formatHex } from '../bytes/hex.ts';
import { decodeText, encodeText } from '../bytes/text.ts';

const NAME = /^pack-[0-9a-f]{64}$/;
const LINE = /^P (pack-[0-9a-f]{64})\.pack$/;

/** The name of the pack that ends in this checksum of 32 bytes: `pack-` and 64 hex digits. */
export function packNameOf(packTrailer: Uint8Array): string {
  return `pack-${formatHex(packTrailer)}`;
}

/** Whether `text` is the name of a pack, without an ending such as `.idx`. */
export function isPackName(text: string): boolean {
  return NAME.test(text);
}

/** @param names of packs, in the order in which they shall stand */
export function encodePackList(names: Iterable<string>): Uint8Array {
  return encodeText(Array.from(names, (name) => `P ${name}.pack\n`).join(''));
}

/** The packs that a list names; lines that are something else, which later versions may write, are passed over. */
export function decodePackList(bytes: Uint8Array): string[] {
  const lines = decodeText(bytes)?.split('\n') ?? [];
  return lines.flatMap((line) => LINE.exec(line)?.[1] ?? []);
}

/**
 * `refs/purged`: what was removed on purpose though something may still name it. `purged <crc32>\n`, the CRC-32 of all
 * that follows as 8 lower-case hex digits; then one `sha256:<hex>` a line, ascending, each line ended by a newline. A
 * missing file names nothing. At most 1 GiB.
 *
 * An id stands for its bytes only as long as they are not in the store: to put them again lifts it.
 */
import { concatBytes } from '../bytes/concat.ts';
import { crc32 } from '../bytes/crc32.ts';
import { encodeText } from '../bytes/text.ts';
import { CorruptError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { writeFileDurably } from '../files/publish.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { decodeHorizon, encodeHorizon } from './horizon.ts';

export const MAX_PURGED_BYTES: number = 2 ** 30;
const HEAD = /^purged [0-9a-f]{8}\n$/;
const HEAD_BYTES = 16;

export function encodePurged(ids: ReadonlySet<ObjectId>): Uint8Array {
  const lines = encodeHorizon(ids); // lines of ids, too
  return concatBytes([encodeText(headOf(lines)), lines]);
}

/** @throws CorruptError `PURGED_CORRUPT` */
export function decodePurged(bytes: Uint8Array): Set<ObjectId> {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  const lines = bytes.subarray(HEAD_BYTES);
  if (!HEAD.test(head) || head !== headOf(lines)) throw corrupt('its checksum is not that of what it says');
  try {
    return decodeHorizon(lines);
  } catch (cause) {
    throw corrupt('a line is no id, or out of order', cause);
  }
}

/** @param refs the folder `refs` @throws CorruptError `PURGED_CORRUPT` @throws RefusedError `TOO_LARGE` */
export async function readPurged(files: FileSystem, refs: string): Promise<Set<ObjectId>> {
  const bytes = await files.readFile(pathIn(refs), MAX_PURGED_BYTES);
  return bytes === undefined ? new Set() : decodePurged(bytes);
}

/** Replaces what is told there, durably. */
export async function writePurged(
  files: FileSystem,
  refs: string,
  { ids, ...options }: { readonly ids: ReadonlySet<ObjectId>; readonly permissions?: number },
): Promise<void> {
  await writeFileDurably(files, pathIn(refs), encodePurged(ids), options);
}

function pathIn(refs: string): string {
  return `${refs}/purged`;
}

function headOf(lines: Uint8Array): string {
  return `purged ${crc32(lines).toString(16).padStart(8, '0')}\n`;
}

function corrupt(problem: string, cause?: unknown): CorruptError {
  return new CorruptError('PURGED_CORRUPT', `'refs/purged' is damaged: ${problem}`, {
    hint: 'restore it from a copy of the store, or remove it: what was purged then looks lost',
    cause,
  });
}

/**
 * `refs/horizon`: the snapshots whose parents were left out on purpose, one `sha256:<hex>` a line, ascending,
 * each line ended by a newline. A missing file is an empty horizon. At most 1 GiB.
 */
import { encodeText } from '../bytes/text.ts';
import { CorruptError, SystemError } from '../errors/errors.ts';
import type { FileSystem, OpenFile } from '../files/file-system.ts';
import { readWhole } from '../files/read-whole.ts';
import { findObjectId, type ObjectId } from '../hash/object-id.ts';

export const MAX_HORIZON_BYTES: number = 2 ** 30;
const LINE_BYTES = 'sha256:'.length + 64 + 1;

export function encodeHorizon(ids: ReadonlySet<ObjectId>): Uint8Array {
  return encodeText(
    [...ids]
      .sort()
      .map((id) => `${id}\n`)
      .join(''),
  );
}

/** @throws CorruptError `HORIZON_CORRUPT` */
export function decodeHorizon(bytes: Uint8Array): Set<ObjectId> {
  const ids = new Set<ObjectId>();
  let previous = '';
  for (let at = 0; at < bytes.length; at += LINE_BYTES) {
    const line = String.fromCharCode(...bytes.subarray(at, at + LINE_BYTES));
    const id =
      line.startsWith('sha256:') && line.endsWith('\n') ? findObjectId(line.slice(0, -1)) : undefined;
    if (id === undefined || id <= previous) {
      throw corrupt(`line ${at / LINE_BYTES + 1} is no id, or out of order`);
    }
    ids.add(id);
    previous = id;
  }
  return ids;
}

/** @throws CorruptError `HORIZON_CORRUPT`, before all is read where it begins as no horizon does */
export async function readHorizon(files: FileSystem, path: string): Promise<Set<ObjectId>> {
  await using file = await openHorizon(files, path);
  if (file === undefined) return new Set();
  const { sizeBytes } = await file.stat();
  if (sizeBytes > MAX_HORIZON_BYTES) throw corrupt(`it has ${sizeBytes} bytes, over ${MAX_HORIZON_BYTES}`);
  const line = new Uint8Array(Math.min(sizeBytes, LINE_BYTES));
  decodeHorizon(line.subarray(0, await file.read(line, 0)));
  return decodeHorizon(await readWhole(file, path, MAX_HORIZON_BYTES));
}

async function openHorizon(files: FileSystem, path: string): Promise<OpenFile | undefined> {
  try {
    return await files.open(path, 'read');
  } catch (error) {
    if (error instanceof SystemError && error.code === 'NOT_A_FILE')
      throw corrupt('it is no regular file', error);
    throw error;
  }
}

function corrupt(problem: string, cause?: unknown): CorruptError {
  return new CorruptError('HORIZON_CORRUPT', `'refs/horizon' is damaged: ${problem}`, {
    hint: 'remove it if no history was ever forgotten, else restore it from a copy of the store',
    cause,
  });
}

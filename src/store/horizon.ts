/**
 * `refs/horizon`: the snapshots whose parents were left out on purpose, one `sha256:<hex>` a line, ascending,
 * each line ended by a newline. A missing file is an empty horizon. At most 1 GiB.
 */
import { encodeText } from '../bytes/text.ts';
import { CorruptError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { findObjectId, type ObjectId } from '../hash/object-id.ts';

const MAX_HORIZON_BYTES: number = 2 ** 30;
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
      throw new CorruptError('HORIZON_CORRUPT', `line ${at / LINE_BYTES + 1} of 'refs/horizon' is damaged`, {
        hint: 'remove the file if no history was ever forgotten, else restore it from a copy of the store',
      });
    }
    ids.add(id);
    previous = id;
  }
  return ids;
}

/** @throws CorruptError `HORIZON_CORRUPT` */
export async function readHorizon(files: FileSystem, path: string): Promise<Set<ObjectId>> {
  const bytes = await files.readFile(path, MAX_HORIZON_BYTES);
  return bytes === undefined ? new Set() : decodeHorizon(bytes);
}

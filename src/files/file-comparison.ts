/** Whether two files hold the same bytes. */
import { equalBytes } from '../bytes/compare.ts';
import type { FileSystem } from './file-system.ts';

const PIECE_BYTES: number = 2 ** 20;

/** Reads both, as far as they are alike; `false` also where either is not there. */
export async function holdSameBytes(files: FileSystem, left: string, right: string): Promise<boolean> {
  await using first = await files.open(left, 'read');
  await using second = await files.open(right, 'read');
  if (first === undefined || second === undefined) return false;
  const { sizeBytes } = await first.stat();
  if ((await second.stat()).sizeBytes !== sizeBytes) return false;
  const [ours, theirs] = [new Uint8Array(PIECE_BYTES), new Uint8Array(PIECE_BYTES)];
  for (let at = 0; at < sizeBytes; at += PIECE_BYTES) {
    const [our, their] = [await first.read(ours, at), await second.read(theirs, at)];
    if (!equalBytes(ours.subarray(0, our), theirs.subarray(0, their))) return false;
  }
  return true;
}

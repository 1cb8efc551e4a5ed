/**
 * Which of 65,536 folders something is in, by two functions that other stores have used.
 *
 * The jump consistent hash is that of J. Lamping and E. Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm",
 * 2014. The other is what Java calls the hash code of a string, over UTF-16 code units.
 */
import { hexOf, type ObjectId } from '../hash/object-id.ts';

const BUCKETS = 65_536;
const MULTIPLIER = 2_862_933_555_777_941_757n;
const KEY_DIGITS = 16;

/** The shard of a checksum: the jump consistent hash of its first 64 bits, as four hex digits. */
export function checksumShard(id: ObjectId): string {
  return formatBucket(jumpHash(BigInt(`0x${hexOf(id).slice(0, KEY_DIGITS)}`), BUCKETS));
}

/** The shard of a name: the size of its 32-bit hash code modulo 65,536, as four hex digits. */
export function nameShard(name: string): string {
  let code = 0;
  for (let at = 0; at < name.length; at++) code = (Math.imul(code, 31) + name.charCodeAt(at)) | 0;
  return formatBucket(Math.abs(code) % BUCKETS);
}

/** The bucket of a 64-bit key: of keys, only those that go to a new bucket move when one is added. */
export function jumpHash(key: bigint, buckets: number): number {
  let seed = key;
  let bucket = 0;
  for (let next = 0; next < buckets; ) {
    bucket = next;
    seed = BigInt.asUintN(64, seed * MULTIPLIER + 1n);
    next = Math.floor((bucket + 1) * (2 ** 31 / Number((seed >> 33n) + 1n)));
  }
  return bucket;
}

function formatBucket(bucket: number): string {
  return bucket.toString(16).padStart(4, '0');
}

/** Makes right the checksums of files of a store. */
import { readU32, readU64, writeU32 } from '../../../src/bytes/big-endian.ts';
import { crc32 } from '../../../src/bytes/crc32.ts';
import { encodeText } from '../../../src/bytes/text.ts';
import { ALIAS_BYTES, isAliasHash } from '../../../src/hash/alias-hash.ts';
import { ID_BYTES } from '../../../src/hash/object-id.ts';

const PURGED_HEAD_BYTES = 16;

/** Of `refs/purged`, where it begins as one. */
export function sealPurged(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x70 || bytes.length < PURGED_HEAD_BYTES) return bytes;
  const checksum = crc32(bytes.subarray(PURGED_HEAD_BYTES)).toString(16).padStart(8, '0');
  bytes.set(encodeText(`purged ${checksum}\n`));
  return bytes;
}

/** Of a file of aliases: its header, its first block, and the records behind it. */
export function sealAliases(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 28) return bytes;
  writeU32(bytes, 24, crc32(bytes.subarray(0, 24)));
  const name = String.fromCharCode(...bytes.subarray(8, 16)).replace(/\0+$/, '');
  const rowBytes = ID_BYTES + (isAliasHash(name) ? ALIAS_BYTES[name] : 0);
  const sortedBytes = readU64(bytes, 16) * rowBytes;
  let at = 28;
  if (sortedBytes > 0) {
    const end = at + sortedBytes;
    if (end + 4 > bytes.length) return bytes;
    writeU32(bytes, end, crc32(bytes.subarray(at, end)));
    at = end + 4;
  }
  for (let end = at; at + 8 <= bytes.length; at = end) {
    end = at + 8 + readU32(bytes, at) * rowBytes;
    if (end > bytes.length || end === at + 8) break;
    writeU32(bytes, at + 4, crc32(bytes.subarray(at + 8, end), crc32(bytes.subarray(at, at + 4))));
  }
  return bytes;
}

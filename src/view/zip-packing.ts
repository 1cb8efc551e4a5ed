/** What the members of a zip are in it: deflate as it is stored, or made here, or bytes as they are. */
import { crc32 } from 'node:zlib';
import { type ByteStream, observe } from '../flow/byte-stream.ts';
import type { MemberContents } from './member-contents.ts';
import { KIND } from './member-list.ts';
import { deflateBeside, deflateLong, deflateNow, isWorthAThread } from './raw-deflate.ts';
import type { Compression } from './viewed-tree.ts';
import type { ZipMethod } from './zip-records.ts';

/** Bytes in one piece. */
export interface PackedWhole {
  readonly kind: 'whole';
  readonly method: ZipMethod;
  readonly contentCrc: number;
  readonly bytes: Uint8Array;
}

/** Deflate that comes piece by piece. */
export type PackedStream =
  /** Its CRC-32 and length are known. */
  | {
      readonly kind: 'known';
      readonly contentCrc: number;
      readonly packedBytes: number;
      readonly bytes: ByteStream;
    }
  /** Both are known at its end. */
  | { readonly kind: 'stream'; readonly bytes: ByteStream; readonly contentCrc: () => number };

export type Packed = PackedWhole | PackedStream;

const NOTHING: PackedWhole = { kind: 'whole', method: 0, contentCrc: 0, bytes: new Uint8Array(0) };

/**
 * What can be had at once; `undefined` where it is better waited for.
 *
 * @throws CorruptError `ENTRY_SIZE_WRONG`
 */
export function packHeld(
  members: MemberContents,
  number: number,
  compression: Compression,
): PackedWhole | undefined {
  const kind = members.list.kinds[number]!;
  if (kind === KIND.folder) return NOTHING;
  if (kind === KIND.symlink) return undefined;
  const found = members.heldDeflateAt(number);
  if (found !== undefined)
    return { kind: 'whole', method: 8, contentCrc: found.contentCrc, bytes: found.deflated };
  const content = members.heldAt(number);
  if (content === undefined || isWorthAThread(content, compression)) return undefined;
  return wholeOf(content, deflateNow(content, compression));
}

/** All else. What is in memory there must not change until it resolves. @throws as `openContent`, `readTarget` */
export async function packOther(
  members: MemberContents,
  number: number,
  compression: Compression,
): Promise<Packed> {
  if (members.list.kinds[number] === KIND.symlink) return wholeOf(await members.target(number), undefined);
  const content = members.heldAt(number);
  if (content !== undefined) return wholeOf(content, await deflateBeside(content, compression));
  const found = members.findDeflate(number);
  if (found !== undefined) {
    const { contentCrc, deflatedBytes: packedBytes, deflated: bytes } = found;
    return { kind: 'known', contentCrc, packedBytes, bytes };
  }
  const opened = await members.open(number);
  if (opened.kind === 'whole')
    return wholeOf(opened.content, await deflateBeside(opened.content, compression));
  let crc = 0;
  const seen = observe(opened.content, (piece) => (crc = crc32(piece, crc)));
  return { kind: 'stream', bytes: deflateLong(seen, compression), contentCrc: () => crc };
}

function wholeOf(content: Uint8Array, deflated: Uint8Array | undefined): PackedWhole {
  return {
    kind: 'whole',
    method: deflated === undefined ? 0 : 8,
    contentCrc: crc32(content),
    bytes: deflated ?? content,
  };
}

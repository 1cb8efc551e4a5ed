/** Archives that never end, or become gigabytes once they are unpacked; made as they are read. */
import { gzipSync } from 'node:zlib';
import type { ByteStream } from '../../../src/flow/byte-stream.ts';
import { bytesOf, file, gnuLong, header, pax } from '../../../test/tar/tar-builder.ts';

export interface ArchiveBomb {
  readonly name: string;
  /** What it is refused with. */
  readonly code: string;
  archive(): ByteStream;
}

const MEMBERS_A_PIECE = 128;
const ZEROS: Uint8Array = new Uint8Array(2 ** 20);
const GIGABYTE: number = 2 ** 30;

/** Empty files. */
async function* members(count: number, nameOf: (at: number) => string): ByteStream {
  for (let at = 0; at < count; at += MEMBERS_A_PIECE) {
    const piece = Array.from({ length: MEMBERS_A_PIECE }, (_, more) => header({ name: nameOf(at + more) }));
    yield Buffer.concat(piece);
  }
}

async function* followedByZeros(start: Uint8Array, bytes: number): ByteStream {
  yield start;
  for (let at = 0; at < bytes; at += ZEROS.length) yield ZEROS;
}

/** `start`, and gigabytes of zeros, each some megabytes a member of the gzip: of less, the headers would show. */
async function* packedZeros(start: Uint8Array, bytes: number): ByteStream {
  const zeros = Buffer.alloc(8 * ZEROS.length);
  const packed = gzipSync(zeros);
  yield gzipSync(start);
  for (let at = 0; at < bytes; at += zeros.length) yield packed;
}

async function* pieces(...parts: readonly Uint8Array[]): ByteStream {
  yield* parts;
}

const DEEP = 'd/'.repeat(500_000);
const HUGE_FILE = header({ name: 'f', size: '77777777777\0' });

export const ARCHIVE_BOMBS: readonly ArchiveBomb[] = [
  {
    name: 'ten million members',
    code: 'TAR_TOO_MANY_ENTRIES',
    archive: () => members(10_000_000, (at) => `n${at}`),
  },
  {
    name: 'members in 40 folders of their own each',
    code: 'TAR_TOO_MANY_ENTRIES',
    archive: () => members(10_000_000, (at) => `${at}${'/d'.repeat(40)}`),
  },
  {
    name: 'a pax header of a gigabyte',
    code: 'TAR_HEADER_TOO_LARGE',
    archive: () => followedByZeros(header({ type: 'x', size: GIGABYTE }), GIGABYTE),
  },
  {
    name: 'a long name of a gigabyte',
    code: 'TAR_HEADER_TOO_LARGE',
    archive: () => followedByZeros(header({ type: 'L', size: GIGABYTE }), GIGABYTE),
  },
  {
    name: 'a path of half a million folders',
    code: 'TAR_PATH_INVALID',
    archive: () => pieces(pax([['path', DEEP]]), file('f')),
  },
  {
    name: 'a long name of half a million folders',
    code: 'TAR_PATH_INVALID',
    archive: () => pieces(gnuLong('L', DEEP), file('f')),
  },
  {
    name: 'ten gigabytes of zeros, in gzip, as a file',
    code: 'ARCHIVE_BOMB',
    archive: () => packedZeros(HUGE_FILE, 10 * GIGABYTE),
  },
  {
    name: 'ten gigabytes of zeros, in gzip, behind the end',
    code: 'ARCHIVE_BOMB',
    archive: () => packedZeros(bytesOf('\0'.repeat(1024)), 10 * GIGABYTE),
  },
];

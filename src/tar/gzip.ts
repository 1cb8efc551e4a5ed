/**
 * gzip: the content of every member of a gzip file, one after the other. All checks of the format are made:
 * both checksums, the length, the reserved flags, and that nothing but members is there.
 *
 *   0   2  magic 1f 8b
 *   2   1  method, 8
 *   3   1  flags: 1 text, 2 header CRC, 4 extra field, 8 name, 16 comment; others are reserved and 0
 *   4   6  time, hints of the packer
 *   10     u16 and as many bytes, if flag 4; text up to NUL, if flag 8; again, if flag 16
 *          low 16 bits of the CRC-32 of all before, if flag 2
 *          raw deflate, then u32 CRC-32 of the content, u32 its length mod 2^32
 *
 * Integers are little-endian. Source: RFC 1952, sections 2.2 and 2.3.
 */
import { crc32 } from 'node:zlib';
import { InvalidInputError, RefusedError } from '../errors/errors.ts';
import { inflateBody } from './gzip-body.ts';
import type { ArchiveInput } from './input.ts';

const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const METHOD_DEFLATE = 8;
const FLAG_HEADER_CRC = 2;
const FLAG_EXTRA = 4;
const FLAG_NAME = 8;
const FLAG_COMMENT = 16;
const RESERVED_FLAGS = 0xe0;
const MAX_TEXT_BYTES: number = 64 * 1024;

export interface GzipLimits {
  /** How many bytes of content one byte of the file may become. @default 1000 */
  readonly maxRatio?: number;
  /** Up to this much content the ratio is not looked at. @default 64 MiB */
  readonly ratioFloorBytes?: number;
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The content of the gzip file that `input` is from here to its end. Pieces before a fault are handed out
 * before it is seen.
 *
 * @throws InvalidInputError `GZIP_INVALID`, `GZIP_TRUNCATED`, `GZIP_TRAILING_DATA`
 * @throws RefusedError `ARCHIVE_BOMB` once the content is out of all proportion to the file
 */
export async function* inflateGzip(input: ArchiveInput, limits: GzipLimits = {}): AsyncGenerator<Uint8Array> {
  const { maxRatio = 1000, ratioFloorBytes = 64 * 2 ** 20 } = limits;
  let contentBytes = 0;
  do {
    const memberStart = input.offset;
    await readHeader(input);
    let checksum = 0;
    let length = 0;
    for await (const { content, consumedBytes } of inflateBody(input)) {
      checksum = crc32(content, checksum);
      length += content.length;
      contentBytes += content.length;
      if (contentBytes > ratioFloorBytes && contentBytes > maxRatio * consumedBytes)
        throw bomb(contentBytes, consumedBytes);
      yield content;
    }
    await checkTrailer(input, { memberStart, checksum, length });
  } while ((await input.peek()).length > 0);
}

async function readHeader(input: ArchiveInput): Promise<void> {
  const start = input.offset;
  const header = new HeaderBytes(input);
  const fixed = await header.take(HEADER_BYTES);
  const flags = fixed[3]!;
  if (!isGzip(fixed)) {
    throw start === 0
      ? gzipFault('it does not begin with 1f 8b', start)
      : new InvalidInputError('GZIP_TRAILING_DATA', `bytes after the end of the gzip at byte ${start}`);
  }
  if (fixed[2] !== METHOD_DEFLATE) throw gzipFault(`unknown method ${fixed[2]}`, start);
  if ((flags & RESERVED_FLAGS) !== 0) throw gzipFault('a reserved flag is set', start);
  if ((flags & FLAG_EXTRA) !== 0) await header.take(readU16(await header.take(2)));
  if ((flags & FLAG_NAME) !== 0) await header.skipText();
  if ((flags & FLAG_COMMENT) !== 0) await header.skipText();
  if ((flags & FLAG_HEADER_CRC) !== 0) {
    const expected = header.checksum & 0xffff;
    if (readU16(await header.take(2)) !== expected)
      throw gzipFault('the checksum of its header does not match', start);
  }
}

/** The bytes of one header, summed up as they are taken. */
class HeaderBytes {
  checksum = 0;
  readonly #input: ArchiveInput;

  constructor(input: ArchiveInput) {
    this.#input = input;
  }

  async take(count: number): Promise<Uint8Array> {
    const bytes = await takeExactly(this.#input, count);
    this.checksum = crc32(bytes, this.checksum);
    return bytes;
  }

  async skipText(): Promise<void> {
    const start = this.#input.offset;
    for (let length = 0; length <= MAX_TEXT_BYTES; length++) {
      if ((await this.take(1))[0] === 0) return;
    }
    throw gzipFault(`a name or comment has over ${MAX_TEXT_BYTES} bytes`, start);
  }
}

async function checkTrailer(
  input: ArchiveInput,
  member: { readonly memberStart: number; readonly checksum: number; readonly length: number },
): Promise<void> {
  const trailer = await takeExactly(input, TRAILER_BYTES);
  if (readU32(trailer, 0) !== member.checksum)
    throw gzipFault('the checksum of its content does not match', member.memberStart);
  if (readU32(trailer, 4) !== member.length % 2 ** 32)
    throw gzipFault('the length of its content does not match', member.memberStart);
}

async function takeExactly(input: ArchiveInput, count: number): Promise<Uint8Array> {
  const bytes = await input.take(count);
  if (bytes.length === count) return bytes;
  throw new InvalidInputError('GZIP_TRUNCATED', `gzip ends too early, at byte ${input.offset}`);
}

function readU16(bytes: Uint8Array): number {
  return bytes[0]! | (bytes[1]! << 8);
}

function readU32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function gzipFault(fault: string, offset: number): InvalidInputError {
  return new InvalidInputError('GZIP_INVALID', `cannot read gzip member at byte ${offset}: ${fault}`);
}

function bomb(contentBytes: number, fileBytes: number): RefusedError {
  return new RefusedError(
    'ARCHIVE_BOMB',
    `refused to unpack: ${fileBytes} bytes became ${contentBytes} and there is more`,
    { hint: 'unpack it yourself first, if you trust it' },
  );
}

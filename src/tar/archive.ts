/** An archive as it comes: a tar, plain or packed with gzip. */
import { InvalidInputError } from '../errors/errors.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import { checkMembers } from './archive-tree.ts';
import { type GzipLimits, inflateGzip, isGzip } from './gzip.ts';
import { BLOCK_BYTES, isHeader } from './header.ts';
import { ArchiveInput } from './input.ts';
import type { TarMember } from './member.ts';
import { scanTar, type TarOptions } from './scanner.ts';

interface ForeignFormat {
  readonly name: string;
  /** How such files begin. */
  readonly magic: readonly number[];
  readonly hint: string;
}

const FOREIGN_FORMATS: readonly ForeignFormat[] = [
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], hint: "unpack it with 'zstd -dc' and give the tar" },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], hint: "unpack it with 'xz -dc' and give the tar" },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], hint: "unpack it with 'bzip2 -dc' and give the tar" },
  { name: 'lz4', magic: [0x04, 0x22, 0x4d, 0x18], hint: "unpack it with 'lz4 -dc' and give the tar" },
  { name: 'compress', magic: [0x1f, 0x9d], hint: "unpack it with 'gzip -dc' and give the tar" },
  { name: 'zip', magic: [0x50, 0x4b, 3, 4], hint: 'unpack it into a folder and give the folder' },
  { name: 'zip', magic: [0x50, 0x4b, 5, 6], hint: 'unpack it into a folder and give the folder' },
  {
    name: '7z',
    magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c],
    hint: 'unpack it into a folder and give the folder',
  },
];

/**
 * The tar that `stream` is or holds. What has a tar header is a tar, whatever its first name begins with.
 *
 * @throws InvalidInputError `ARCHIVE_FORMAT` for zstd, xz, bzip2, lz4, compress, zip and 7z, and as
 *   {@link inflateGzip} does
 * @throws RefusedError `ARCHIVE_BOMB`
 */
export async function* openArchive(stream: ByteStream, limits: GzipLimits = {}): AsyncGenerator<Uint8Array> {
  const input = new ArchiveInput(stream);
  try {
    const head = await input.take(BLOCK_BYTES);
    input.putBack(head);
    if (isHeader(head)) yield* input.rest();
    else if (isGzip(head)) yield* inflateGzip(input, limits);
    else {
      checkNotForeign(head);
      yield* input.rest();
    }
  } finally {
    await input.close();
  }
}

function checkNotForeign(head: Uint8Array): void {
  for (const { name, magic, hint } of FOREIGN_FORMATS) {
    if (magic.every((byte, at) => head[at] === byte))
      throw new InvalidInputError('ARCHIVE_FORMAT', `cannot read an archive in the format '${name}'`, {
        hint,
      });
  }
}

export interface ArchiveOptions extends TarOptions, GzipLimits {}

/**
 * The members of an archive, plain or packed, each checked by itself and against those before it: a file's path
 * stands once, nothing lies under what is no folder, and a hard link names an earlier file.
 *
 * @throws InvalidInputError, RefusedError as {@link openArchive}, {@link scanTar} and {@link checkMembers} do
 */
export function readArchive(stream: ByteStream, options: ArchiveOptions = {}): AsyncGenerator<TarMember> {
  const { maxEntries: maxPlaces } = options;
  const members = scanTar(openArchive(stream, options), options);
  return checkMembers(members, maxPlaces === undefined ? {} : { maxPlaces });
}

/**
 * A tree as a zip. Files that a pack has deflated are taken as they lie, not inflated and not deflated again; so the
 * contents of the archive are promised, and its bytes are not: they change with how the store holds them.
 *
 * Names are UTF-8, modes and symlinks are those of unix, and every member has its time in the view. Attributes are left
 * behind. At its end the tree is walked once more for the names in the central directory, so that a member takes up a
 * few numbers of memory, and no more.
 */
import { crc32 } from 'node:zlib';
import { concatBytes } from '../bytes/concat.ts';
import { decodeText, formatName } from '../bytes/text.ts';
import { RefusedError } from '../errors/errors.ts';
import { type ByteStream, observe } from '../flow/byte-stream.ts';
import { forEachConcurrent } from '../flow/concurrency.ts';
import { ArchiveBlocks } from './archive-blocks.ts';
import { type ArchiveMember, type ArchiveOptions, listMembers, walkMembers } from './archive-members.ts';
import { type FilledMember, type MemberContent, readMembers } from './member-contents.ts';
import { compressionOf, deflateLong, deflateShort } from './raw-deflate.ts';
import type { Compression, ViewedTree } from './viewed-tree.ts';
import { ZipDirectory } from './zip-directory.ts';
import { type ZipMember, type ZipMethod, ZipRecords } from './zip-records.ts';

export type ZipOptions = ArchiveOptions;

/** As many as the runtime has threads for it, and one to go on with. */
const DEFLATED_AT_ONCE = 5;
const SLASH: Uint8Array = Uint8Array.of(0x2f);
const NOTHING = new Uint8Array(0);

/**
 * The bytes of the archive, made as they are asked for, in constant memory but for about 40 bytes a member. Every
 * object was proved before its last byte goes out, or checked against the CRC-32 that was written when it was; a stream
 * that ends without an error is whole.
 *
 * @throws RefusedError `NAME_NOT_TEXT` for a name that is not UTF-8; `NOT_PORTABLE` with the profile `portable`
 * @throws InvalidInputError, CorruptError, NotFoundError as `exportTar`
 */
export async function* exportZip(view: ViewedTree, options: ZipOptions = {}): AsyncGenerator<Uint8Array> {
  const compression = await compressionOf(view);
  const records = new ZipRecords();
  const directory = new ZipDirectory(records);
  const blocks = new ArchiveBlocks();
  for await (const list of readMembers(view.objects, walkMembers(view, options), { take: 'deflated' })) {
    const packed = await packAll(list, compression);
    for (const [at, member] of list.entries()) {
      const offset = blocks.bytes;
      const bytes = packed[at]!;
      const said = sayMember(member, bytes);
      blocks.put(records.localHeader(said));
      if (bytes.kind === 'whole') blocks.put(bytes.bytes);
      const written = bytes.kind === 'whole' ? said : yield* putStream(blocks, bytes, said);
      if (written.isStreamed) blocks.put(records.descriptor(written));
      directory.add(written, offset);
      if (blocks.hasFull) yield* blocks.takeFull();
    }
  }
  const start = blocks.bytes;
  let count = 0;
  for await (const { path, timeSeconds, walked } of listMembers(view, options)) {
    const { kind, sizeBytes } = walked.entry;
    const name = nameOf(path, kind);
    const named = { name, kind, timeSeconds, sizeBytes: kind === 'folder' ? 0 : sizeBytes };
    blocks.put(directory.encode(count++, named));
    if (blocks.hasFull) yield* blocks.takeFull();
  }
  blocks.put(records.end({ count, offset: start, length: blocks.bytes - start }));
  yield* blocks.takeAll();
}

/** What a member's bytes in the archive are. */
type Packed =
  | {
      readonly kind: 'whole';
      readonly method: ZipMethod;
      readonly contentCrc: number;
      readonly bytes: Uint8Array;
    }
  /** Deflate whose CRC-32 and length are known. */
  | {
      readonly kind: 'known';
      readonly contentCrc: number;
      readonly packedBytes: number;
      readonly bytes: ByteStream;
    }
  /** Deflate of which both are known at its end. */
  | { readonly kind: 'stream'; readonly bytes: ByteStream; readonly contentCrc: () => number };

async function packAll(list: readonly FilledMember[], compression: Compression): Promise<readonly Packed[]> {
  const packed: Packed[] = [];
  await forEachConcurrent(list.entries(), DEFLATED_AT_ONCE, async ([at, { walked, holds }]) => {
    const how = walked.entry.kind === 'symlink' ? { ...compression, level: 0 as const } : compression;
    packed[at] = await packContent(holds, how);
  });
  return packed;
}

async function packContent(holds: MemberContent, compression: Compression): Promise<Packed> {
  switch (holds.kind) {
    case 'folder':
      return { kind: 'whole', method: 0, contentCrc: 0, bytes: NOTHING };
    case 'whole': {
      const deflated = await deflateShort(holds.content, compression);
      const contentCrc = crc32(holds.content);
      return { kind: 'whole', method: deflated ? 8 : 0, contentCrc, bytes: deflated ?? holds.content };
    }
    case 'deflated': {
      const { contentCrc, deflatedBytes: packedBytes, deflated: bytes } = holds.found;
      if (bytes instanceof Uint8Array) return { kind: 'whole', method: 8, contentCrc, bytes };
      return { kind: 'known', contentCrc, packedBytes, bytes };
    }
    case 'stream': {
      let crc = 0;
      const content = observe(holds.content, (piece) => (crc = crc32(piece, crc)));
      return { kind: 'stream', bytes: deflateLong(content, compression), contentCrc: () => crc };
    }
  }
}

/** What is known of a member before its bytes. @throws RefusedError `NAME_NOT_TEXT` */
function sayMember({ path, timeSeconds, walked }: ArchiveMember, packed: Packed): ZipMember {
  const { kind, sizeBytes } = walked.entry;
  const isStreamed = packed.kind === 'stream';
  return {
    name: nameOf(path, kind),
    kind,
    timeSeconds,
    isStreamed,
    method: packed.kind === 'whole' ? packed.method : 8,
    sizeBytes: kind === 'folder' ? 0 : sizeBytes,
    contentCrc: isStreamed ? 0 : packed.contentCrc,
    packedBytes: isStreamed ? 0 : packed.kind === 'known' ? packed.packedBytes : packed.bytes.length,
  };
}

/** @returns all that is known behind its bytes */
async function* putStream(
  blocks: ArchiveBlocks,
  packed: Exclude<Packed, { kind: 'whole' }>,
  said: ZipMember,
): AsyncGenerator<Uint8Array, ZipMember> {
  const start = blocks.bytes;
  for await (const piece of packed.bytes) {
    blocks.put(piece);
    yield* blocks.takeFull();
  }
  if (packed.kind === 'known') return said;
  return { ...said, contentCrc: packed.contentCrc(), packedBytes: blocks.bytes - start };
}

function nameOf(path: Uint8Array, kind: ZipMember['kind']): Uint8Array {
  if (decodeText(path) === undefined) {
    throw new RefusedError(
      'NAME_NOT_TEXT',
      `cannot put '${formatName(path)}' into a zip: its names are text`,
      {
        hint: 'export it as a tar, which holds any bytes',
      },
    );
  }
  return kind === 'folder' ? concatBytes([path, SLASH]) : path;
}

/**
 * A tree as a tar in gzip. What it unpacks to is the tar of the recipe `tar/1`, byte for byte. Files that a pack has
 * deflated are in it as they lie; headers, and what is not deflated, are compressed here. So the bytes of the gzip change
 * with how the store holds the files.
 */
import { BLOCK_BYTES } from '../tar/header.ts';
import { ArchiveBlocks } from './archive-blocks.ts';
import type { ArchiveOptions } from './archive-members.ts';
import { GzipMembers } from './gzip-members.ts';
import { type MemberContents, readMembers } from './member-contents.ts';
import { walkMembers } from './member-walk.ts';
import { compressionOf } from './raw-deflate.ts';
import { paddingAfter } from './tar.ts';
import { TarHeads } from './tar-heads.ts';
import type { ViewedTree } from './viewed-tree.ts';

export type TarGzOptions = ArchiveOptions;

/** Shorter files go along with others that are compressed around them. */
const WORTH_A_MEMBER_BYTES = 4096;
const ZEROS = new Uint8Array(2 * BLOCK_BYTES);

/**
 * The bytes of the archive, made as they are asked for, in constant memory. Every object was proved before its last
 * byte goes out, or checked against the CRC-32 that was written when it was; a stream that ends without an error is whole.
 *
 * @throws as `exportTar`
 */
export async function* exportTarGz(view: ViewedTree, options: TarGzOptions = {}): AsyncGenerator<Uint8Array> {
  const blocks = new ArchiveBlocks(options.pieces);
  const gzip = new GzipMembers(blocks, await compressionOf(view));
  using heads = new TarHeads();
  for await (const members of readMembers(view.objects, walkMembers(view, options))) {
    for (let number = members.from; number < members.to; number++) {
      const head = heads.of(members, number);
      gzip.put(head instanceof Uint8Array ? head : await head);
      if (members.isFile(number)) {
        if (!putHeld(gzip, members, number)) yield* putOpened(gzip, members, number);
        gzip.put(ZEROS.subarray(0, paddingAfter(members.list.sizes[number]!)));
      }
      if (gzip.isBehind) await gzip.settle();
      if (blocks.hasFull) yield* blocks.takeFull();
    }
  }
  gzip.put(ZEROS);
  await gzip.finish();
  yield* blocks.takeAll();
}

/** Puts a file that is in memory, as it lies deflated where that pays; whether it was. */
function putHeld(gzip: GzipMembers, members: MemberContents, number: number): boolean {
  const sizeBytes = members.list.sizes[number]!;
  const isShort = gzip.isJoining && sizeBytes < WORTH_A_MEMBER_BYTES;
  const found = isShort ? undefined : members.heldDeflateAt(number);
  const content = found === undefined ? members.heldAt(number) : undefined;
  if (found !== undefined) gzip.putDeflated(found.deflated, { contentCrc: found.contentCrc, sizeBytes });
  if (content !== undefined) gzip.put(content);
  return found !== undefined || content !== undefined;
}

async function* putOpened(
  gzip: GzipMembers,
  members: MemberContents,
  number: number,
): AsyncGenerator<Uint8Array> {
  const found = members.findDeflate(number);
  if (found !== undefined) {
    yield* gzip.putDeflatedStream(found.deflated, found);
    return;
  }
  const opened = await members.open(number);
  if (opened.kind === 'whole') gzip.put(opened.content);
  else yield* gzip.putStream(opened.content, members.list.sizes[number]!);
}

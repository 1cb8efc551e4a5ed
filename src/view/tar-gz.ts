/**
 * A tree as a tar in gzip. What it unpacks to is the tar of the recipe `tar/1`, byte for byte. Files that a pack has
 * deflated are members of the gzip as they lie; headers, and files too short for a member of their own, are compressed
 * together between them. So the bytes of the gzip change with how the store holds the files.
 */
import { BLOCK_BYTES } from '../tar/header.ts';
import { ArchiveBlocks } from './archive-blocks.ts';
import { type ArchiveOptions, isFile, walkMembers } from './archive-members.ts';
import { GzipMembers } from './gzip-members.ts';
import { type FilledMember, readMembers } from './member-contents.ts';
import { compressionOf } from './raw-deflate.ts';
import { paddingAfter } from './tar.ts';
import { TarHeads } from './tar-heads.ts';
import type { ViewedTree } from './viewed-tree.ts';

export type TarGzOptions = ArchiveOptions;

/** A member of its own has 18 bytes around it, and what stands between two of them is compressed alone. */
const WORTH_A_MEMBER_BYTES = 4096;
const END = new Uint8Array(2 * BLOCK_BYTES);

/**
 * The bytes of the archive, made as they are asked for, in constant memory. Every object was proved before its last
 * byte goes out, or checked against the CRC-32 that was written when it was; a stream that ends without an error is whole.
 *
 * @throws as `exportTar`
 */
export async function* exportTarGz(view: ViewedTree, options: TarGzOptions = {}): AsyncGenerator<Uint8Array> {
  const blocks = new ArchiveBlocks();
  const gzip = new GzipMembers(blocks, await compressionOf(view));
  using heads = new TarHeads();
  const take = { take: 'deflated', fromBytes: WORTH_A_MEMBER_BYTES } as const;
  for await (const list of readMembers(view.objects, walkMembers(view, options), take)) {
    for (const member of list) {
      const head = heads.findPlain(member) ?? (await heads.encode(member));
      if (gzip.hasRoomFor(head)) gzip.putNow(head);
      else await gzip.put(head);
      if (isFile(member.walked)) yield* putContent(gzip, member);
      if (blocks.hasFull) yield* blocks.takeFull();
    }
  }
  await gzip.put(END);
  await gzip.finish();
  yield* blocks.takeAll();
}

async function* putContent(gzip: GzipMembers, { walked, holds }: FilledMember): AsyncGenerator<Uint8Array> {
  const { sizeBytes } = walked.entry;
  if (holds.kind === 'deflated') yield* gzip.putDeflated(holds.found);
  else if (holds.kind === 'stream') yield* gzip.putStream(holds.content, sizeBytes);
  else if (holds.kind === 'whole') await gzip.put(holds.content);
  await gzip.put(paddingAfter(sizeBytes));
}

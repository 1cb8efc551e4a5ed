/**
 * A tree as a tar, in the recipe `tar/1`: of the same tree, time and prefix always the same bytes, on every
 * machine. Members come in the order of the walk: a folder before what is in it, names ascending as bytes. Each
 * has its time in the view, user and group 0 without names, and mode 0644, 0755 or, for a symlink, 0777. The archive
 * ends after two blocks of zeros.
 */
import type { ByteStream } from '../flow/byte-stream.ts';
import { BLOCK_BYTES } from '../tar/header.ts';
import { ArchiveBlocks } from './archive-blocks.ts';
import { type ArchiveOptions, isFile, walkMembers } from './archive-members.ts';
import { readMembers } from './member-contents.ts';
import { TarHeads } from './tar-heads.ts';
import type { ViewedTree } from './viewed-tree.ts';

export type TarOptions = ArchiveOptions;

const ZEROS = new Uint8Array(2 * BLOCK_BYTES);

/**
 * The bytes of the archive. They are made as they are asked for, in constant memory, and every object was proved
 * before its last byte goes out; a stream that ends without an error is whole.
 *
 * @throws InvalidInputError `PATH_INVALID` for a bad prefix, or a path that it makes too long
 * @throws RefusedError `NOT_PORTABLE` with the profile `portable`
 * @throws CorruptError `OBJECT_CORRUPT`, `ENTRY_SIZE_WRONG`, `LINK_INVALID`, `TREE_INVALID`, `TREE_SIZE_WRONG`
 * @throws NotFoundError `OBJECT_NOT_FOUND`
 */
export async function* exportTar(view: ViewedTree, options: TarOptions = {}): AsyncGenerator<Uint8Array> {
  const members = walkMembers(view, options);
  const blocks = new ArchiveBlocks();
  using heads = new TarHeads();
  for await (const list of readMembers(view.objects, members, { take: 'content' })) {
    for (const member of list) {
      blocks.put(heads.findPlain(member) ?? (await heads.encode(member)));
      const { walked, holds } = member;
      if (holds.kind === 'stream') yield* putStream(blocks, holds.content);
      else if (holds.kind === 'whole' && walked.entry.kind !== 'symlink') blocks.put(holds.content);
      if (isFile(walked)) blocks.put(paddingAfter(walked.entry.sizeBytes));
      if (blocks.hasFull) yield* blocks.takeFull();
    }
  }
  blocks.put(ZEROS);
  yield* blocks.takeAll();
}

async function* putStream(blocks: ArchiveBlocks, content: ByteStream): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    blocks.put(piece);
    yield* blocks.takeFull();
  }
}

/** Zeros to the end of a block. */
export function paddingAfter(sizeBytes: number): Uint8Array {
  return ZEROS.subarray(0, (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

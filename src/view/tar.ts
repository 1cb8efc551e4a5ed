/**
 * A tree as a tar, in the recipe `tar/1`: of the same tree, time and prefix always the same bytes, on every
 * machine. Members come in the order of the walk: a folder before what is in it, names ascending as bytes. Each
 * has its time in the view, user and group 0 without names, and mode 0644, 0755 or, for a symlink, 0777. The archive
 * ends after two blocks of zeros.
 */
import type { WholeOrStream } from '../odb/read-object.ts';
import { BLOCK_BYTES } from '../tar/header.ts';
import { ArchiveBlocks } from './archive-blocks.ts';
import type { ArchiveOptions } from './archive-members.ts';
import { readMembers } from './member-contents.ts';
import { walkMembers } from './member-walk.ts';
import { TarHeads } from './tar-heads.ts';
import type { ViewedTree } from './viewed-tree.ts';

export type TarOptions = ArchiveOptions;

/** Longer content is put piece by piece. */
const SHORT_BYTES: number = 64 * 1024;

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
  const blocks = new ArchiveBlocks(options.pieces);
  using heads = new TarHeads();
  for await (const members of readMembers(view.objects, walkMembers(view, options))) {
    for (let number = members.from; number < members.to; number++) {
      const head = heads.of(members, number);
      blocks.put(head instanceof Uint8Array ? head : await head);
      if (members.isFile(number)) {
        const content = members.heldAt(number);
        if (content !== undefined && content.length <= SHORT_BYTES) blocks.put(content);
        else yield* putLong(blocks, content ?? (await members.open(number)));
        blocks.putZeros(paddingAfter(members.list.sizes[number]!));
      }
      if (blocks.hasFull) yield* blocks.takeFull();
    }
  }
  blocks.putZeros(2 * BLOCK_BYTES);
  yield* blocks.takeAll();
}

async function* putLong(
  blocks: ArchiveBlocks,
  found: Uint8Array | WholeOrStream,
): AsyncGenerator<Uint8Array> {
  if (found instanceof Uint8Array) yield* blocks.putAndTake(found);
  else if (found.kind === 'whole') yield* blocks.putAndTake(found.content);
  else for await (const piece of found.content) yield* blocks.putAndTake(piece);
}

/** How many zeros go to the end of a block. */
export function paddingAfter(sizeBytes: number): number {
  return (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;
}

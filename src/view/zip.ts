/**
 * A tree as a zip. Files that a pack has deflated are taken as they lie, not inflated and not deflated again; so the
 * contents of the archive are promised, and its bytes are not: they change with how the store holds them.
 *
 * Names are UTF-8, modes and symlinks are those of unix, and every member has its time in the view. Attributes are left
 * behind.
 */
import { ArchiveBlocks } from './archive-blocks.ts';
import type { ArchiveOptions } from './archive-members.ts';
import { readMembers } from './member-contents.ts';
import type { MemberList } from './member-list.ts';
import { walkMembers } from './member-walk.ts';
import { compressionOf } from './raw-deflate.ts';
import type { ViewedTree } from './viewed-tree.ts';
import { type Packed, packHeld, packOther } from './zip-packing.ts';
import { ZipWriter } from './zip-writer.ts';

export type ZipOptions = ArchiveOptions;

/** Longer members are put piece by piece. */
const SHORT_BYTES: number = 64 * 1024;
/** So many members wait at most for one before them that is compressed on another thread. */
const AT_ONCE = 8;

/** A member that has to be waited for, or comes behind one. */
interface Coming {
  readonly number: number;
  readonly packed: Promise<Packed>;
}

/**
 * The bytes of the archive, made as they are asked for, in constant memory but for some 30 bytes a member. Every
 * object was proved before its last byte goes out, or checked against the CRC-32 that was written when it was; a stream
 * that ends without an error is whole.
 *
 * @throws RefusedError `NAME_NOT_TEXT` for a name that is not UTF-8; `NOT_PORTABLE` with the profile `portable`
 * @throws InvalidInputError, CorruptError, NotFoundError as `exportTar`
 */
export async function* exportZip(view: ViewedTree, options: ZipOptions = {}): AsyncGenerator<Uint8Array> {
  const blocks = new ArchiveBlocks(options.pieces);
  const zip = new ZipWriter(blocks);
  const compression = await compressionOf(view);
  for await (const members of readMembers(view.objects, walkMembers(view, options))) {
    const { list, from, to } = members;
    const coming: Coming[] = [];
    for (let number = from; number < to; number++) {
      const held = packHeld(members, number, compression);
      const isNext = held !== undefined && coming.length === 0;
      if (isNext && held.bytes.length <= SHORT_BYTES) zip.put(list, number, held);
      else if (isNext) yield* zip.putLong(list, number, held);
      else
        coming.push({
          number,
          packed: held ? Promise.resolve(held) : packOther(members, number, compression),
        });
      if (coming.length > AT_ONCE) yield* putNext(zip, list, coming);
      if (blocks.hasFull) yield* blocks.takeFull();
    }
    while (coming.length > 0) yield* putNext(zip, list, coming);
    await zip.settle();
  }
  yield* zip.finish();
}

async function* putNext(zip: ZipWriter, list: MemberList, coming: Coming[]): AsyncGenerator<Uint8Array> {
  const { number, packed } = coming.shift()!;
  const found = await packed;
  if (found.kind === 'whole') yield* zip.putLong(list, number, found);
  else yield* zip.putStream(list, number, found);
}

/**
 * What the members of an archive hold, in their order, however it lies: many at a time are looked up, and read
 * together. At most so much is held that a label of any size is exported in the same memory.
 */
import { ID_BYTES } from '../hash/object-id.ts';
import type { DeflatedObject } from '../odb/deflated-object.ts';
import type { HeldDeflate, ObjectWindow } from '../odb/many-answers.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import type { WholeOrStream } from '../odb/read-object.ts';
import { openContent, readTarget, sizeWrong, targetIn } from './content.ts';
import { KIND, type MemberList } from './member-list.ts';

/** So many bytes of content are read together at most: not more, for what is touched for the first time costs most. */
const WINDOW_BYTES: number = 4 * 2 ** 20;
/** Longer files are opened one by one. */
const LONGEST_BYTES: number = 10 * 2 ** 20;
/** So few are read one by one: nobody gains by a window. */
const FEW = 4;

/**
 * @returns the members of `lists` in order, some at a time: those in memory change when more are asked for
 * @throws what `lists` throws
 */
export async function* readMembers(
  objects: ObjectReader,
  lists: AsyncIterable<MemberList>,
): AsyncGenerator<MemberContents> {
  const reader = objects.openMany?.({ windowBytes: WINDOW_BYTES, longestBytes: LONGEST_BYTES });
  for await (const list of lists) {
    for (let from = 0; from < list.count; ) {
      const ids = list.ids.subarray(from * ID_BYTES, list.count * ID_BYTES);
      const sizes = list.sizes.subarray(from, list.count);
      const window = list.count > FEW ? await reader?.open(ids, sizes) : undefined;
      const to = window === undefined ? list.count : from + window.count;
      yield new MemberContents(objects, list, { from, to, window });
      from = to;
    }
  }
}

/** Some members of a list, and where their contents are. */
interface Part {
  readonly from: number;
  /** Behind the last of them. */
  readonly to: number;
  /** Of their ids; absent where a store reads one by one. */
  readonly window: ObjectWindow | undefined;
}

export class MemberContents {
  readonly list: MemberList;
  readonly from: number;
  readonly to: number;
  readonly #objects: ObjectReader;
  readonly #window: ObjectWindow | undefined;

  constructor(objects: ObjectReader, list: MemberList, { from, to, window }: Part) {
    this.list = list;
    this.from = from;
    this.to = to;
    this.#objects = objects;
    this.#window = window;
  }

  isFile(number: number): boolean {
    return this.list.kinds[number]! <= KIND.executable;
  }

  /**
   * A whole file that is in memory, proved; `undefined` where it is to be opened.
   *
   * @throws CorruptError `ENTRY_SIZE_WRONG`
   */
  heldAt(number: number): Uint8Array | undefined {
    const content = this.#window?.contentAt(number - this.from);
    if (content !== undefined && content.length !== this.list.sizes[number])
      throw sizeWrong(this.list.walkedAt(number));
    return content;
  }

  /** A file that is not in memory. @throws as {@link openContent} */
  open(number: number): Promise<WholeOrStream> {
    return openContent(this.#objects, this.list.walkedAt(number));
  }

  /** The target of a symlink. @throws as {@link readTarget} */
  async target(number: number): Promise<Uint8Array> {
    const content = this.heldAt(number);
    const walked = this.list.walkedAt(number);
    return content === undefined
      ? readTarget(this.#objects, walked)
      : targetIn(walked, { kind: 'whole', content });
  }

  /** A file in memory as it lies deflated; `undefined` where it lies in any other form, or not in memory. */
  heldDeflateAt(number: number): HeldDeflate | undefined {
    return this.#window?.deflatedAt(number - this.from, this.list.sizes[number]!);
  }

  /** A file that is not in memory, as it lies deflated; `undefined` where it lies in any other form. */
  findDeflate(number: number): DeflatedObject | undefined {
    const found = this.#objects.findDeflated?.(this.list.idAt(number));
    return found?.sizeBytes === this.list.sizes[number] ? found : undefined; // who opens it says that it is not
  }
}

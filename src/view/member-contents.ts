/**
 * What the members of an archive hold, in their order, however it lies: many at a time are looked up, and read
 * together. At most so much is held that a label of any size is exported in the same memory.
 */
import { type ByteStream, collectBytes } from '../flow/byte-stream.ts';
import type { DeflatedObject } from '../odb/deflated-object.ts';
import type { ManyAnswer, ManyReader } from '../odb/many-answers.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import type { WholeOrStream } from '../odb/read-object.ts';
import type { WalkedEntry } from '../tree/walk.ts';
import { type ArchiveMember, isFile } from './archive-members.ts';
import { faultAt, openContent, sizeWrong, targetIn, WHOLE_BYTES } from './content.ts';

/** So many members at most are looked up before the first of them is handed on. */
const BATCH_MEMBERS = 4096;
/** So many bytes of deflate, and of content that is read together, are held at most. */
const BATCH_BYTES: number = 8 * 2 ** 20;
const WINDOW_BYTES: number = 24 * 2 ** 20;

export type MemberContent =
  | { readonly kind: 'folder' }
  /** The bytes are good until the next members are asked for. */
  | { readonly kind: 'whole'; readonly content: Uint8Array }
  /** Not read before it is iterated, and proved at its end. */
  | { readonly kind: 'stream'; readonly content: ByteStream }
  | { readonly kind: 'deflated'; readonly found: DeflatedObject };

export interface FilledMember extends ArchiveMember {
  readonly holds: MemberContent;
}

export interface ContentOptions {
  /** `deflated` takes files as they are stored, where that is deflate. Symlinks are always whole. */
  readonly take: 'content' | 'deflated';
  /** Shorter files are taken as content. @default 0 */
  readonly fromBytes?: number;
}

/**
 * @returns the members in order, some at a time
 * @throws CorruptError `OBJECT_CORRUPT`, `OBJECT_MISSING`, `ENTRY_SIZE_WRONG`, `LINK_INVALID`, when it comes to a member
 * @throws NotFoundError `OBJECT_NOT_FOUND`
 */
export async function* readMembers(
  objects: ObjectReader,
  members: AsyncIterable<ArchiveMember>,
  options: ContentOptions,
): AsyncGenerator<readonly FilledMember[]> {
  const reader = objects.openMany?.({ windowBytes: WINDOW_BYTES });
  let batch = new Batch(objects, options);
  for await (const member of members) {
    batch.add(member);
    if (!batch.isFull) continue;
    yield* batch.read(reader);
    batch = new Batch(objects, options);
  }
  yield* batch.read(reader);
}

/** A member, and its deflate or whether it is read with others. */
interface Planned {
  readonly member: ArchiveMember;
  readonly deflated: DeflatedObject | undefined;
  readonly isRead: boolean;
}

class Batch {
  readonly #objects: ObjectReader;
  /** How long a file is at least that is taken as it is stored. */
  readonly #deflatedFrom: number;
  readonly #planned: Planned[] = [];
  #bytes = 0;

  constructor(objects: ObjectReader, { take, fromBytes = 0 }: ContentOptions) {
    this.#objects = objects;
    this.#deflatedFrom = take === 'deflated' ? fromBytes : Number.POSITIVE_INFINITY;
  }

  get isFull(): boolean {
    return this.#planned.length >= BATCH_MEMBERS || this.#bytes >= BATCH_BYTES;
  }

  add(member: ArchiveMember): void {
    const { kind, id, sizeBytes } = member.walked.entry;
    const isTaken = sizeBytes >= this.#deflatedFrom && isFile(member.walked);
    const found = isTaken ? this.#objects.findDeflated?.(id) : undefined;
    const deflated = found?.sizeBytes === sizeBytes ? found : undefined; // where not, who reads it says so
    const isRead = kind !== 'folder' && deflated === undefined && sizeBytes <= WHOLE_BYTES;
    this.#planned.push({ member, deflated, isRead });
    if (deflated?.deflated instanceof Uint8Array) this.#bytes += deflated.deflatedBytes;
    if (isRead) this.#bytes += sizeBytes;
  }

  async *read(reader: ManyReader | undefined): AsyncGenerator<readonly FilledMember[]> {
    const ids = this.#planned.flatMap(({ member, isRead }) => (isRead ? [member.walked.entry.id] : []));
    const lists = reader?.read(ids);
    let answers: readonly ManyAnswer[] = [];
    let taken = 0;
    let ready: FilledMember[] = [];
    try {
      for (const { member, deflated, isRead } of this.#planned) {
        if (isRead && taken >= answers.length) {
          if (ready.length > 0) yield ready; // whose bytes are gone with the next answers
          ready = [];
          answers = (await lists?.next())?.value ?? [];
          taken = 0;
        }
        const holds = isRead
          ? await this.#readWhole(member.walked, answers[taken++])
          : this.#holdUnread(member.walked, deflated);
        ready.push({ ...member, holds });
      }
      if (ready.length > 0) yield ready;
    } finally {
      await lists?.return(undefined);
    }
  }

  #holdUnread(walked: WalkedEntry, deflated: DeflatedObject | undefined): MemberContent {
    if (deflated !== undefined) return { kind: 'deflated', found: deflated };
    if (walked.entry.kind === 'folder') return { kind: 'folder' };
    return { kind: 'stream', content: openWhenRead(this.#objects, walked) };
  }

  /** @param answer `undefined` where nobody reads many; where it is absent, who reads it alone says so */
  async #readWhole(walked: WalkedEntry, answer: ManyAnswer | undefined): Promise<MemberContent> {
    const isAnswered = answer !== undefined && answer.kind !== 'absent';
    const found = isAnswered ? await wholeOf(walked, answer) : await openContent(this.#objects, walked);
    if (walked.entry.kind === 'symlink') return { kind: 'whole', content: targetIn(walked, found) };
    return found;
  }
}

async function wholeOf(
  walked: WalkedEntry,
  answer: Exclude<ManyAnswer, { kind: 'absent' }>,
): Promise<WholeOrStream> {
  const { sizeBytes } = walked.entry;
  if ((answer.kind === 'whole' ? answer.content.length : answer.sizeBytes) !== sizeBytes)
    throw sizeWrong(walked);
  if (answer.kind === 'whole') return answer;
  try {
    return { kind: 'whole', content: await collectBytes(answer.content, { maxBytes: sizeBytes }) };
  } catch (error) {
    throw faultAt(walked.path, error);
  }
}

async function* openWhenRead(objects: ObjectReader, walked: WalkedEntry): AsyncGenerator<Uint8Array> {
  const found = await openContent(objects, walked);
  if (found.kind === 'whole') yield found.content;
  else yield* found.content;
}

/** Puts the members of a zip into its blocks, and at the end its directory. */
import { isUtf8 } from 'node:buffer';
import { formatName } from '../bytes/text.ts';
import { RefusedError } from '../errors/errors.ts';
import type { ArchiveBlocks } from './archive-blocks.ts';
import { KIND, KINDS, type MemberList } from './member-list.ts';
import { ZipDirectory } from './zip-directory.ts';
import type { PackedStream, PackedWhole } from './zip-packing.ts';
import { type ZipMember, ZipRecords } from './zip-records.ts';

export class ZipWriter {
  readonly #blocks: ArchiveBlocks;
  readonly #records: ZipRecords;
  readonly #directory: ZipDirectory;

  constructor(blocks: ArchiveBlocks) {
    this.#blocks = blocks;
    this.#records = new ZipRecords();
    this.#directory = new ZipDirectory(this.#records);
  }

  /** Puts all of a member. @throws RefusedError `NAME_NOT_TEXT` */
  put(list: MemberList, number: number, packed: PackedWhole): void {
    this.#putHeader(list, number, packed);
    this.#blocks.put(packed.bytes);
  }

  /** As {@link ZipWriter.put}. @returns the blocks that are full meanwhile */
  *putLong(list: MemberList, number: number, packed: PackedWhole): Generator<Uint8Array> {
    this.#putHeader(list, number, packed);
    yield* this.#blocks.putAndTake(packed.bytes);
  }

  /** @returns the blocks that are full meanwhile. @throws as {@link ZipWriter.put} */
  async *putStream(list: MemberList, number: number, packed: PackedStream): AsyncGenerator<Uint8Array> {
    const isKnown = packed.kind === 'known';
    const contentCrc = isKnown ? packed.contentCrc : 0;
    const packedBytes = isKnown ? packed.packedBytes : 0;
    const said = memberAt(list, number, { method: 8, contentCrc, packedBytes, isStreamed: !isKnown });
    const blocks = this.#blocks;
    const offset = blocks.bytes;
    this.#records.putLocalHeader(blocks, said);
    const start = blocks.bytes;
    for await (const piece of packed.bytes) yield* blocks.putAndTake(piece);
    const known = isKnown
      ? said
      : { ...said, contentCrc: packed.contentCrc(), packedBytes: blocks.bytes - start };
    if (known.isStreamed) this.#records.putDescriptor(blocks, known);
    this.#directory.add(known, offset);
  }

  #putHeader(list: MemberList, number: number, { method, contentCrc, bytes }: PackedWhole): void {
    const said = { method, contentCrc, packedBytes: bytes.length, isStreamed: false };
    const member = memberAt(list, number, said);
    this.#directory.add(member, this.#blocks.bytes);
    this.#records.putLocalHeader(this.#blocks, member);
  }

  /** To be awaited now and then: see {@link ZipDirectory.settle}. */
  async settle(): Promise<void> {
    await this.#directory.settle();
  }

  /** The rest of the zip. */
  async *finish(): AsyncGenerator<Uint8Array> {
    const blocks = this.#blocks;
    const { count, bytes: length } = this.#directory;
    const offset = blocks.bytes;
    for await (const piece of this.#directory.read()) yield* blocks.putAndTake(piece);
    this.#records.putEnd(blocks, { count, offset, length });
    yield* blocks.takeAll();
  }
}

/** @throws RefusedError `NAME_NOT_TEXT` */
function memberAt(
  list: MemberList,
  number: number,
  said: Pick<ZipMember, 'method' | 'contentCrc' | 'packedBytes' | 'isStreamed'>,
): ZipMember {
  const path = list.pathAt(number);
  if (!isUtf8(path)) throw notText(path);
  const kind = list.kinds[number]!;
  return {
    path,
    kind: KINDS[kind]!,
    timeSeconds: list.times[number]!,
    sizeBytes: kind === KIND.folder ? 0 : list.sizes[number]!,
    method: said.method,
    contentCrc: said.contentCrc,
    packedBytes: said.packedBytes,
    isStreamed: said.isStreamed,
  };
}

function notText(path: Uint8Array): RefusedError {
  const shown = formatName(path);
  return new RefusedError('NAME_NOT_TEXT', `cannot put '${shown}' into a zip: its names are text`, {
    hint: 'export it as a tar, which holds any bytes',
  });
}

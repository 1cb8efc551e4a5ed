/**
 * A gzip file of many members, which say together what one would say (RFC 1952, section 2.2): some around deflate that
 * is there already, and between them what is compressed here, as much of it in one member as comes without such.
 *
 *   0  10  1f 8b, method 8, no flags, no time, no hint, system 255: unknown
 *   10     raw deflate, then CRC-32 of the content, its length mod 2^32, little-endian
 */
import { crc32 } from 'node:zlib';
import { concatBytes } from '../bytes/concat.ts';
import { type ByteStream, observe } from '../flow/byte-stream.ts';
import type { DeflatedObject } from '../odb/deflated-object.ts';
import type { ArchiveBlocks } from './archive-blocks.ts';
import { deflateLong, deflateShort, storeShort } from './raw-deflate.ts';
import type { Compression } from './viewed-tree.ts';

/** So much is compressed as one member at most. */
const JOINED_BYTES: number = 128 * 1024;
/** Less is compressed at once: to wait for it on another thread would cost more. */
const SHORT_BYTES: number = 16 * 1024;
/** So many members are on their way at most. */
const AT_ONCE = 8;
const HEADER: Uint8Array = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);

export class GzipMembers {
  readonly #blocks: ArchiveBlocks;
  readonly #compression: Compression;
  #joined = new Uint8Array(JOINED_BYTES);
  #length = 0;
  /** Members in order, some of them not compressed yet. */
  #coming: Promise<Uint8Array>[] = [];

  /** @param blocks where all of it is put */
  constructor(blocks: ArchiveBlocks, compression: Compression) {
    this.#blocks = blocks;
    this.#compression = compression;
  }

  /** Copies `content`, which is compressed with what comes before and after it. */
  async put(content: Uint8Array): Promise<void> {
    for (let at = 0; at < content.length; ) {
      const part = content.subarray(at, at + JOINED_BYTES - this.#length);
      this.#joined.set(part, this.#length);
      this.#length += part.length;
      at += part.length;
      if (this.#length === JOINED_BYTES) await this.#turnOver();
    }
  }

  /** Whether `content` has room beside what waits, and so can be put by {@link GzipMembers.putNow}. */
  hasRoomFor(content: Uint8Array): boolean {
    return this.#length + content.length < JOINED_BYTES;
  }

  /** Copies what there is room for. */
  putNow(content: Uint8Array): void {
    this.#joined.set(content, this.#length);
    this.#length += content.length;
  }

  /** A member of content that is deflated already. */
  async *putDeflated(found: DeflatedObject): AsyncGenerator<Uint8Array> {
    await this.#turnOver();
    const { deflated, contentCrc, sizeBytes } = found;
    if (deflated instanceof Uint8Array) {
      await this.#push(Promise.resolve(memberOf(deflated, { contentCrc, sizeBytes })));
      return;
    }
    await this.#settle(0);
    yield* this.#putMember(deflated, () => ({ contentCrc, sizeBytes }));
  }

  /** A member of content that is not held as a whole. */
  async *putStream(content: ByteStream, sizeBytes: number): AsyncGenerator<Uint8Array> {
    await this.#turnOver();
    await this.#settle(0);
    let contentCrc = 0;
    const observed = observe(content, (piece) => (contentCrc = crc32(piece, contentCrc)));
    yield* this.#putMember(deflateLong(observed, this.#compression), () => ({ contentCrc, sizeBytes }));
  }

  /** All of it is in the blocks once this resolves. */
  async finish(): Promise<void> {
    await this.#turnOver();
    await this.#settle(0);
  }

  async *#putMember(deflated: ByteStream, facts: () => ContentFacts): AsyncGenerator<Uint8Array> {
    this.#blocks.put(HEADER);
    for await (const piece of deflated) {
      this.#blocks.put(piece);
      yield* this.#blocks.takeFull();
    }
    this.#blocks.put(trailerOf(facts()));
  }

  /** Begins to compress what waits. */
  async #turnOver(): Promise<void> {
    if (this.#length === 0) return;
    const content = this.#joined.subarray(0, this.#length);
    this.#length = 0;
    const member = compressMember(content, this.#compression);
    if (content.length < SHORT_BYTES) return this.#push(Promise.resolve(await member)); // its memory is used again
    this.#joined = new Uint8Array(JOINED_BYTES);
    await this.#push(member);
  }

  async #push(member: Promise<Uint8Array>): Promise<void> {
    member.catch(() => {}); // told where it is awaited
    this.#coming.push(member);
    await this.#settle(AT_ONCE);
  }

  /** Waits until no more than `most` are on their way. */
  async #settle(most: number): Promise<void> {
    while (this.#coming.length > most) this.#blocks.put(await this.#coming.shift()!);
  }
}

interface ContentFacts {
  readonly contentCrc: number;
  readonly sizeBytes: number;
}

async function compressMember(content: Uint8Array, compression: Compression): Promise<Uint8Array> {
  const deflated = (await deflateShort(content, compression)) ?? storeShort(content, compression);
  return memberOf(deflated, { contentCrc: crc32(content), sizeBytes: content.length });
}

function memberOf(deflated: Uint8Array, facts: ContentFacts): Uint8Array {
  return concatBytes([HEADER, deflated, trailerOf(facts)]);
}

function trailerOf({ contentCrc, sizeBytes }: ContentFacts): Uint8Array {
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, contentCrc, true);
  trailer.setUint32(4, sizeBytes % 2 ** 32, true);
  return new Uint8Array(trailer.buffer);
}

/**
 * A gzip file of many members, which say together what one would say (RFC 1952, section 2.2): some around deflate that
 * is there already, with the little before it compressed in front of that, and others of what is compressed here, as
 * much of it in one member as comes without such.
 *
 *   0  10  1f 8b, method 8, no flags, no time, no hint, system 255: unknown
 *   10     raw deflate, then CRC-32 of the content, its length mod 2^32, little-endian
 */
import { crc32 } from 'node:zlib';
import { concatBytes } from '../bytes/concat.ts';
import { combineCrc32 } from '../bytes/crc32.ts';
import { type ByteStream, observe } from '../flow/byte-stream.ts';
import { deflateFixed } from '../kernel/fixed-deflate.ts';
import type { ArchiveBlocks } from './archive-blocks.ts';
import { deflateBeside, deflateLong, deflateNow, isWorthAThread, storeShort } from './raw-deflate.ts';
import type { Compression } from './viewed-tree.ts';

/** So much is compressed as one member at most. */
const JOINED_BYTES: number = 128 * 1024;
/** So much goes in front of deflate that comes behind it: a header or two. */
const FRONT_BYTES = 2048;
/** So many members are on their way at most. */
const AT_ONCE = 8;
const HEADER: Uint8Array = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);

/** What a member says of its content. */
export interface ContentFacts {
  readonly contentCrc: number;
  readonly sizeBytes: number;
}

export class GzipMembers {
  readonly #blocks: ArchiveBlocks;
  readonly #compression: Compression;
  #joined = new Uint8Array(JOINED_BYTES);
  #length = 0;
  /** Members in order, some of them not compressed yet. */
  readonly #coming: Promise<Uint8Array>[] = [];

  /** @param blocks where all of it is put */
  constructor(blocks: ArchiveBlocks, compression: Compression) {
    this.#blocks = blocks;
    this.#compression = compression;
  }

  /** Whether more waits to be compressed than goes in front of deflate. */
  get isJoining(): boolean {
    return this.#length > FRONT_BYTES;
  }

  /** Whether {@link GzipMembers.settle} is to be awaited before more is put. */
  get isBehind(): boolean {
    return this.#coming.length > AT_ONCE;
  }

  /** Copies `content`, which is compressed with what comes before and after it. */
  put(content: Uint8Array): void {
    for (let at = 0; at < content.length; ) {
      const part = content.subarray(at, at + JOINED_BYTES - this.#length);
      this.#joined.set(part, this.#length);
      this.#length += part.length;
      at += part.length;
      if (this.#length === JOINED_BYTES) this.#turnOver();
    }
  }

  /** Copies content that is deflated already. @param facts of the content */
  putDeflated(deflated: Uint8Array, facts: ContentFacts): void {
    if (this.isJoining) this.#turnOver();
    const front = this.#joined.subarray(0, this.#length);
    this.#length = 0;
    if (front.length === 0) this.#add([HEADER, deflated, trailerOf(facts)]);
    else this.#add([HEADER, deflateFixed(front), deflated, trailerOf(followed(front, facts))]);
  }

  /** Content that is deflated already, and not held as a whole. */
  async *putDeflatedStream(deflated: ByteStream, facts: ContentFacts): AsyncGenerator<Uint8Array> {
    yield* this.#putMember(deflated, () => facts);
  }

  /** Content that is not held as a whole. */
  async *putStream(content: ByteStream, sizeBytes: number): AsyncGenerator<Uint8Array> {
    let contentCrc = 0;
    const observed = observe(content, (piece) => (contentCrc = crc32(piece, contentCrc)));
    yield* this.#putMember(deflateLong(observed, this.#compression), () => ({ contentCrc, sizeBytes }));
  }

  /** Waits until no more than some are on their way. */
  async settle(): Promise<void> {
    await this.#settleTo(AT_ONCE);
  }

  /** All of it is in the blocks once this resolves. */
  async finish(): Promise<void> {
    this.#turnOver();
    await this.#settleTo(0);
  }

  /** @param facts asked for at the end of the stream */
  async *#putMember(deflated: ByteStream, facts: () => ContentFacts): AsyncGenerator<Uint8Array> {
    await this.finish();
    this.#blocks.put(HEADER);
    for await (const piece of deflated) yield* this.#blocks.putAndTake(piece);
    this.#blocks.put(trailerOf(facts()));
  }

  /** Begins to compress what waits. */
  #turnOver(): void {
    if (this.#length === 0) return;
    const content = this.#joined.subarray(0, this.#length);
    this.#length = 0;
    if (!isWorthAThread(content, this.#compression)) {
      this.#add(compressedNow(content, this.#compression)); // its memory is used again
      return;
    }
    this.#joined = new Uint8Array(JOINED_BYTES);
    this.#push(compressBeside(content, this.#compression));
  }

  /** Puts the pieces of a member, behind those that are on their way. */
  #add(pieces: readonly Uint8Array[]): void {
    if (this.#coming.length > 0) this.#push(Promise.resolve(concatBytes(pieces)));
    else for (const piece of pieces) this.#blocks.put(piece);
  }

  #push(member: Promise<Uint8Array>): void {
    member.catch(() => {}); // told where it is awaited
    this.#coming.push(member);
  }

  async #settleTo(most: number): Promise<void> {
    while (this.#coming.length > most) this.#blocks.put(await this.#coming.shift()!);
  }
}

function compressedNow(content: Uint8Array, compression: Compression): readonly Uint8Array[] {
  const deflated = deflateNow(content, compression) ?? storeShort(content, compression);
  return [HEADER, deflated, trailerOf(factsOf(content))];
}

async function compressBeside(content: Uint8Array, compression: Compression): Promise<Uint8Array> {
  const deflated = (await deflateBeside(content, compression)) ?? storeShort(content, compression);
  return concatBytes([HEADER, deflated, trailerOf(factsOf(content))]);
}

function factsOf(content: Uint8Array): ContentFacts {
  return { contentCrc: crc32(content), sizeBytes: content.length };
}

/** Of `front` and what comes behind it. */
function followed(front: Uint8Array, { contentCrc, sizeBytes }: ContentFacts): ContentFacts {
  return {
    contentCrc: combineCrc32(crc32(front), contentCrc, sizeBytes),
    sizeBytes: front.length + sizeBytes,
  };
}

function trailerOf({ contentCrc, sizeBytes }: ContentFacts): Uint8Array {
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, contentCrc, true);
  trailer.setUint32(4, sizeBytes % 2 ** 32, true);
  return new Uint8Array(trailer.buffer);
}

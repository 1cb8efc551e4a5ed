/**
 * Gathers the many small pieces of an archive into few large ones, in memory that is used again where whoever takes them
 * allows it: to touch new memory costs more than to write into it.
 */
import { viewBytes } from '../bytes/concat.ts';

const BLOCK_BYTES: number = 256 * 1024;

/** Whether the pieces are whoever takes them's, or only until the second one after is asked for. */
export type PieceMemory = 'kept' | 'lent';

export class ArchiveBlocks {
  readonly #memory: PieceMemory;
  #full: Uint8Array[] = [];
  #free: Uint8Array[] = [];
  /** What was taken last, which may be in use. */
  #lent: Uint8Array | undefined;
  #block = newBlock();
  #length = 0;
  #before = 0;

  constructor(memory: PieceMemory = 'kept') {
    this.#memory = memory;
  }

  /** How many bytes were put so far. */
  get bytes(): number {
    return this.#before + this.#length;
  }

  get hasFull(): boolean {
    return this.#full.length > 0;
  }

  /** The block that is being filled; what is there behind {@link ArchiveBlocks.reserve} is anything. */
  get block(): Uint8Array {
    return this.#block;
  }

  /** Makes room for so many bytes, up to 64 KiB, in one block. @returns where they go in it */
  reserve(bytes: number): number {
    if (this.#length + bytes > BLOCK_BYTES) this.#turnOver();
    return this.#length;
  }

  /** So many bytes were written into the block. */
  advance(bytes: number): void {
    this.#length += bytes;
  }

  /** Copies `piece`. */
  put(piece: Uint8Array): void {
    if (piece.length <= BLOCK_BYTES - this.#length) {
      this.#block.set(piece, this.#length);
      this.#length += piece.length;
    } else this.#putLong(piece);
  }

  /** So many zeros, up to 64 KiB. */
  putZeros(bytes: number): void {
    const at = this.reserve(bytes);
    this.#block.fill(0, at, at + bytes);
    this.#length += bytes;
  }

  /** The blocks that are full by now. */
  *takeFull(): Generator<Uint8Array> {
    for (let block = this.#full.shift(); block !== undefined; block = this.#full.shift()) {
      yield block;
      if (this.#memory === 'kept') continue;
      if (this.#lent !== undefined) this.#free.push(wholeOf(this.#lent));
      this.#lent = block;
    }
  }

  /** Copies `piece`, however long, and gives the blocks that are full meanwhile. */
  *putAndTake(piece: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < piece.length; at += BLOCK_BYTES) {
      this.put(piece.subarray(at, at + BLOCK_BYTES));
      yield* this.takeFull();
    }
  }

  /** All that was not taken yet. */
  *takeAll(): Generator<Uint8Array> {
    if (this.#length > 0) this.#turnOver();
    yield* this.takeFull();
  }

  #putLong(piece: Uint8Array): void {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + BLOCK_BYTES - this.#length);
      this.#block.set(part, this.#length);
      this.#length += part.length;
      at += part.length;
      if (this.#length === BLOCK_BYTES) this.#turnOver();
    }
  }

  #turnOver(): void {
    this.#full.push(this.#block.subarray(0, this.#length));
    this.#before += this.#length;
    this.#block = this.#free.pop() ?? newBlock();
    this.#length = 0;
  }
}

/** Not cleared: every byte of it is written before it is taken. */
function newBlock(): Uint8Array {
  return viewBytes(Buffer.allocUnsafeSlow(BLOCK_BYTES));
}

/** All of a block of which a part was given. */
function wholeOf(part: Uint8Array): Uint8Array {
  return new Uint8Array(part.buffer);
}

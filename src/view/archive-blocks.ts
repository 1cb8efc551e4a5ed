/** Gathers the many small pieces of an archive into few large ones. */

const BLOCK_BYTES: number = 256 * 1024;

export class ArchiveBlocks {
  #full: Uint8Array[] = [];
  #block = new Uint8Array(BLOCK_BYTES);
  #length = 0;
  #before = 0;

  /** How many bytes were put so far. */
  get bytes(): number {
    return this.#before + this.#length;
  }

  get hasFull(): boolean {
    return this.#full.length > 0;
  }

  /** Copies `piece`. */
  put(piece: Uint8Array): void {
    const room = BLOCK_BYTES - this.#length;
    if (piece.length < room) {
      this.#block.set(piece, this.#length);
      this.#length += piece.length;
    } else this.#putLong(piece, room);
  }

  /** The blocks that are full by now; they are whoever takes them's. */
  *takeFull(): Generator<Uint8Array> {
    const full = this.#full;
    if (full.length === 0) return;
    this.#full = [];
    yield* full;
  }

  /** All that was not taken yet. */
  *takeAll(): Generator<Uint8Array> {
    yield* this.takeFull();
    if (this.#length > 0) yield this.#block.subarray(0, this.#length);
    this.#before += this.#length;
    this.#length = 0;
    this.#block = new Uint8Array(BLOCK_BYTES);
  }

  #putLong(piece: Uint8Array, room: number): void {
    let at = room;
    this.#block.set(piece.subarray(0, at), this.#length);
    this.#turnOver();
    for (; piece.length - at >= BLOCK_BYTES; at += BLOCK_BYTES) {
      this.#block.set(piece.subarray(at, at + BLOCK_BYTES));
      this.#turnOver();
    }
    this.#block.set(piece.subarray(at));
    this.#length = piece.length - at;
  }

  #turnOver(): void {
    this.#full.push(this.#block);
    this.#before += BLOCK_BYTES;
    this.#block = new Uint8Array(BLOCK_BYTES);
    this.#length = 0;
  }
}

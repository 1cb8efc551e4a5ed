/** Pieces of bundles that were sent a moment ago: whoever asks next for the same gets the same bytes, not a copy. */
export class RecentPieces {
  readonly #capacityBytes: number;
  /** A map remembers the order of insertion: the first is the one that was used the longest time ago. */
  readonly #pieces: Map<string, Uint8Array> = new Map();
  #heldBytes = 0;

  /** @param capacityBytes of all pieces together */
  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  find(key: string): Uint8Array | undefined {
    const piece = this.#pieces.get(key);
    if (piece === undefined) return undefined;
    this.#pieces.delete(key);
    this.#pieces.set(key, piece);
    return piece;
  }

  /** @param piece is not changed from here on */
  add(key: string, piece: Uint8Array): void {
    this.#remove(key);
    this.#pieces.set(key, piece);
    this.#heldBytes += piece.length;
    for (const oldest of this.#pieces.keys()) {
      if (this.#heldBytes <= this.#capacityBytes) return;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#heldBytes -= this.#pieces.get(key)?.length ?? 0;
    this.#pieces.delete(key);
  }
}

/** Bytes that are appended to, in one array that doubles when it is full. */
export class GrowingBytes {
  #room: Uint8Array = new Uint8Array(4096);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was appended so far: a view, until more is. */
  get bytes(): Uint8Array {
    return this.#room.subarray(0, this.#length);
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length).set(bytes);
  }

  /** Appends `count` bytes of any value, which the caller sets before it appends more. */
  reserve(count: number): Uint8Array {
    const start = this.#length;
    this.#length += count;
    if (this.#length > this.#room.length) {
      const room = new Uint8Array(Math.max(this.#length, this.#room.length * 2));
      room.set(this.#room.subarray(0, start));
      this.#room = room;
    }
    return this.#room.subarray(start, this.#length);
  }
}

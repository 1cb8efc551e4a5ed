/** A set of ids in flat memory, each with its number in the order of arrival: about 80 bytes an id, and no object. */
import { ID_BYTES } from './object-id.ts';

const EMPTY = -1;
const FIRST_SLOTS = 1024;

export class IdTable {
  #ids: Uint8Array = new Uint8Array((FIRST_SLOTS / 2) * ID_BYTES);
  /** Open addressing, at most half full; ids are hashes already, so their first bytes say where to look. */
  #slots: Int32Array = new Int32Array(FIRST_SLOTS).fill(EMPTY);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** All ids in the order of arrival, 32 bytes each, as a view that lasts until the next `add`. */
  get bytes(): Uint8Array {
    return this.#ids.subarray(0, this.#count * ID_BYTES);
  }

  /** The number of an id, or -1. @param bytes that have its 32 from `at` on */
  find(bytes: Uint8Array, at: number = 0): number {
    return this.#slots[this.#slotOf(bytes, at)]!;
  }

  /** Adds an id that is not here yet; returns its number. @param bytes that have its 32 from `at` on */
  add(bytes: Uint8Array, at: number = 0): number {
    this.#makeRoom(this.#count + 1);
    return this.#put(this.#slotOf(bytes, at), bytes, at);
  }

  /** The number of an id, which is added where it is not here yet. @param bytes that have its 32 from `at` on */
  enter(bytes: Uint8Array, at: number = 0): number {
    this.#makeRoom(this.#count + 1);
    const slot = this.#slotOf(bytes, at);
    const known = this.#slots[slot]!;
    return known === EMPTY ? this.#put(slot, bytes, at) : known;
  }

  /** Makes room for so many ids at once. */
  reserve(count: number): void {
    this.#makeRoom(count);
  }

  /** The id with a number, as a view that lasts until the next `add`. */
  at(number: number): Uint8Array {
    return this.#ids.subarray(number * ID_BYTES, (number + 1) * ID_BYTES);
  }

  /** The slot that holds an id, or the empty one where it would go. */
  #slotOf(bytes: Uint8Array, at: number): number {
    const mask = this.#slots.length - 1;
    let slot = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) & mask;
    for (let number = this.#slots[slot]!; number !== EMPTY; number = this.#slots[slot]!) {
      if (this.#isAt(number, bytes, at)) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #isAt(number: number, bytes: Uint8Array, at: number): boolean {
    const ids = this.#ids;
    const start = number * ID_BYTES;
    for (let byte = 0; byte < ID_BYTES; byte++) if (ids[start + byte] !== bytes[at + byte]) return false;
    return true;
  }

  #put(slot: number, bytes: Uint8Array, at: number): number {
    const ids = this.#ids;
    const number = this.#count++;
    const start = number * ID_BYTES;
    for (let byte = 0; byte < ID_BYTES; byte++) ids[start + byte] = bytes[at + byte]!;
    this.#slots[slot] = number;
    return number;
  }

  #makeRoom(count: number): void {
    let slots = this.#slots.length;
    while (count * 2 > slots) slots *= 2;
    if (slots === this.#slots.length) return;
    const ids = new Uint8Array((slots / 2) * ID_BYTES);
    ids.set(this.#ids);
    this.#ids = ids;
    this.#slots = new Int32Array(slots).fill(EMPTY);
    for (let number = 0; number < this.#count; number++) {
      this.#slots[this.#slotOf(ids, number * ID_BYTES)] = number;
    }
  }
}

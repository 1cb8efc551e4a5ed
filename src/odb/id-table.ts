/** A set of ids in flat memory, each with its number in the order of arrival: about 80 bytes an id, and no object. */
import { ID_BYTES } from '../hash/object-id.ts';

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

  /** The number of `id`, or -1. @param id 32 bytes */
  find(id: Uint8Array): number {
    return this.#slots[this.#slotOf(id)]!;
  }

  /** Adds an id that is not here yet; returns its number. @param id 32 bytes */
  add(id: Uint8Array): number {
    if ((this.#count + 1) * 2 > this.#slots.length) this.#grow();
    const number = this.#count++;
    this.#ids.set(id, number * ID_BYTES);
    this.#slots[this.#slotOf(id)] = number;
    return number;
  }

  /** The id with a number, as a view that lasts until the next `add`. */
  at(number: number): Uint8Array {
    return this.#ids.subarray(number * ID_BYTES, (number + 1) * ID_BYTES);
  }

  /** The slot that holds `id`, or the empty one where it would go. */
  #slotOf(id: Uint8Array): number {
    const mask = this.#slots.length - 1;
    let slot = ((id[0]! << 24) | (id[1]! << 16) | (id[2]! << 8) | id[3]!) & mask;
    for (let number = this.#slots[slot]!; number !== EMPTY; number = this.#slots[slot]!) {
      if (this.#isAt(number, id)) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #isAt(number: number, id: Uint8Array): boolean {
    const start = number * ID_BYTES;
    for (let at = 0; at < ID_BYTES; at++) if (this.#ids[start + at] !== id[at]) return false;
    return true;
  }

  #grow(): void {
    const ids = new Uint8Array(this.#ids.length * 2);
    ids.set(this.#ids);
    this.#ids = ids;
    this.#slots = new Int32Array(this.#slots.length * 2).fill(EMPTY);
    for (let number = 0; number < this.#count; number++) {
      this.#slots[this.#slotOf(this.at(number))] = number;
    }
  }
}

/**
 * All objects of a store in flat memory while it is checked: about 60 bytes an object, and no object of JavaScript.
 *
 * An object has a number, in the order of arrival. It is sound once any of its copies was read and hashed.
 */
import { bytesOfId, ID_BYTES, type ObjectId } from '../hash/object-id.ts';
import { IdTable } from '../packs/id-table.ts';

const FIRST_ROWS = 1024;
/** An object that no copy was found sound of. */
const UNPROVED = -1;

export class Census {
  readonly #ids = new IdTable();
  #sizes: Float64Array = new Float64Array(FIRST_ROWS).fill(UNPROVED);
  #soundCount = 0;

  get count(): number {
    return this.#ids.count;
  }

  /** How many objects were found sound. */
  get soundCount(): number {
    return this.#soundCount;
  }

  /** The number of an object that may be here for the first time. @param bytes that have its id from `at` on */
  enter(bytes: Uint8Array, at: number = 0): number {
    const number = this.#ids.enter(bytes, at);
    if (number >= this.#sizes.length) this.#makeRoom(number + 1);
    return number;
  }

  /** The numbers of objects. @param ids 32 bytes each */
  enterAll(ids: Uint8Array): Int32Array {
    const numbers = new Int32Array(ids.length / ID_BYTES);
    this.#ids.reserve(this.count + numbers.length);
    for (let row = 0; row < numbers.length; row++) numbers[row] = this.enter(ids, row * ID_BYTES);
    return numbers;
  }

  /** The number of an object, or -1. @param bytes that have its id from `at` on */
  find(bytes: Uint8Array, at: number = 0): number {
    return this.#ids.find(bytes, at);
  }

  /** A copy of the object was read and hashed. */
  prove(number: number, sizeBytes: number): void {
    if (!this.isSound(number)) this.#soundCount++;
    this.#sizes[number] = sizeBytes;
  }

  isSound(number: number): boolean {
    return this.#sizes[number]! !== UNPROVED;
  }

  /** The size of a sound object; `undefined` for any other. */
  sizeOf(id: ObjectId): number | undefined {
    const number = this.#ids.find(bytesOfId(id));
    return number >= 0 && this.isSound(number) ? this.#sizes[number] : undefined;
  }

  /** The size of a sound object; less than 0 for one that is not. */
  sizeAt(number: number): number {
    return this.#sizes[number]!;
  }

  #makeRoom(count: number): void {
    const before = this.#sizes;
    this.#sizes = new Float64Array(Math.max(count, before.length * 2)).fill(UNPROVED, before.length);
    this.#sizes.set(before);
  }
}

/**
 * All objects of a store in flat memory while it is checked: about 60 bytes an object, and no object of JavaScript.
 *
 * An object has a number, in the order of arrival. It is sound once any of its copies was read and hashed.
 */
import { bytesOfId, type ObjectId } from '../hash/object-id.ts';
import { IdTable } from '../odb/id-table.ts';

const FIRST_ROWS = 1024;
/** An object that no copy was found sound of. */
const UNPROVED = -1;

export class Census {
  readonly #ids = new IdTable();
  #sizes: Float64Array = new Float64Array(FIRST_ROWS);
  #soundCount = 0;

  get count(): number {
    return this.#ids.count;
  }

  /** How many objects were found sound. */
  get soundCount(): number {
    return this.#soundCount;
  }

  /** The number of an object that may be here for the first time. @param id 32 bytes */
  enter(id: Uint8Array): number {
    const known = this.#ids.find(id);
    if (known >= 0) return known;
    const number = this.#ids.add(id);
    if (number === this.#sizes.length) {
      const sizes = new Float64Array(this.#sizes.length * 2);
      sizes.set(this.#sizes);
      this.#sizes = sizes;
    }
    this.#sizes[number] = UNPROVED;
    return number;
  }

  /** The number of an object, or -1. @param id 32 bytes */
  find(id: Uint8Array): number {
    return this.#ids.find(id);
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
}

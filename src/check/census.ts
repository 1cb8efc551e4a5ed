/**
 * All objects of a store in flat memory while it is checked: about 70 bytes an object, and no object of JavaScript.
 *
 * An object has a number, in the order of arrival. It is sound once any of its copies was read and hashed.
 */
import { bytesOfId, type ObjectId } from '../hash/object-id.ts';
import { Ledger } from '../kernel/ledger.ts';

const FIRST_ROWS = 1024;
/** An object that no copy was found sound of. */
const UNPROVED = -1;

export class Census {
  /** What trees say of the objects, too. */
  readonly ledger: Ledger = new Ledger();
  #sizes: Float64Array = new Float64Array(FIRST_ROWS).fill(UNPROVED);
  #soundCount = 0;

  get count(): number {
    return this.ledger.count;
  }

  /** How many objects were found sound. */
  get soundCount(): number {
    return this.#soundCount;
  }

  /** The number of an object that may be here for the first time. */
  enter(id: ObjectId): number {
    return this.enterAll(bytesOfId(id))[0]!;
  }

  /** The numbers of objects. @param ids 32 bytes each */
  enterAll(ids: Uint8Array): Int32Array {
    const numbers = this.ledger.enter(ids);
    if (this.count > this.#sizes.length) this.#makeRoom(this.count);
    return numbers;
  }

  /** The number of an object, or -1. */
  find(id: ObjectId): number {
    return this.ledger.find(bytesOfId(id));
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
    const number = this.find(id);
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

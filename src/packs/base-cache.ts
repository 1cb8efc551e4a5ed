/** Remembers bases that were decoded for deltas on them: neighbours often have the same. Unproved, as they are. */

import type { BaseType } from '../pack/entry-header.ts';

/** An entry as it was decoded. */
export interface KnownBase {
  readonly type: BaseType;
  /** Never to be changed. */
  readonly content: Uint8Array;
}

const CACHE_BYTES: number = 32 * 2 ** 20;
/** Of what is longer, few would fit. */
const MAX_BASE_BYTES: number = 8 * 2 ** 20;

export class BaseCache {
  readonly #capacityBytes: number;
  /** A map remembers the order of insertion: the first is the one that was used the longest time ago. */
  readonly #contents = new Map<string, KnownBase>();
  #bytes = 0;

  /** @param capacityBytes of all contents together. @default 32 MiB */
  constructor(capacityBytes: number = CACHE_BYTES) {
    this.#capacityBytes = capacityBytes;
  }

  /** What {@link remember} was given for this entry, where it is still here. */
  find(pack: string, offset: number): KnownBase | undefined {
    const key = `${pack}:${offset}`;
    const known = this.#contents.get(key);
    if (known === undefined) return undefined;
    this.#contents.delete(key);
    this.#contents.set(key, known);
    return known;
  }

  /** @param known of the entry that starts at `offset` */
  remember(pack: string, offset: number, known: KnownBase): void {
    const { content } = known;
    const key = `${pack}:${offset}`;
    if (content.length > Math.min(MAX_BASE_BYTES, this.#capacityBytes) || this.#contents.has(key)) return;
    this.#contents.set(key, known);
    this.#bytes += content.length;
    for (const [oldest, { content: given }] of this.#contents) {
      if (this.#bytes <= this.#capacityBytes) return;
      this.#contents.delete(oldest);
      this.#bytes -= given.length;
    }
  }
}

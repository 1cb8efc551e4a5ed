/** How much contents have in common: the bytes of lines that both have, as a part of the longer one. */

/** A content that was added, by its number from 0 on, and how alike it is. */
export interface Likeness {
  readonly number: number;
  /** In per cent, below 100. */
  readonly likeness: number;
}

interface LineOwner {
  readonly number: number;
  bytes: number;
}

const LINE_BREAK = 0x0a;
const HASH_START: number = 0x811c9dc5 | 0;
const HASH_FACTOR = 0x01000193;

/** Contents to be looked through for those that are like another, by their lines. */
export class LikenessIndex {
  readonly #owners = new Map<number, LineOwner[]>();
  readonly #lengths: number[] = [];

  /** @param content of which nothing is held but the hashes of its lines */
  add(content: Uint8Array): void {
    const number = this.#lengths.push(content.length) - 1;
    for (const [line, bytes] of weighLines(content)) {
      const owners = this.#owners.get(line);
      if (owners === undefined) this.#owners.set(line, [{ number, bytes }]);
      else owners.push({ number, bytes });
    }
  }

  /** Those that are at least so alike, in per cent. */
  find(content: Uint8Array, least: number): Likeness[] {
    const common = new Float64Array(this.#lengths.length);
    for (const [line, bytes] of weighLines(content)) {
      for (const owner of this.#owners.get(line) ?? []) common[owner.number]! += Math.min(owner.bytes, bytes);
    }
    const found: Likeness[] = [];
    for (const [number, length] of this.#lengths.entries()) {
      const percent = Math.floor((100 * common[number]!) / Math.max(length, content.length, 1));
      if (percent >= least) found.push({ number, likeness: Math.min(percent, 99) });
    }
    return found;
  }
}

/** The bytes of each line, those of equal lines together, by the FNV-1a hash of the line. */
function weighLines(content: Uint8Array): Map<number, number> {
  const weights = new Map<number, number>();
  let start = 0;
  let hash = HASH_START;
  for (let at = 0; at < content.length; at++) {
    hash = Math.imul(hash ^ content[at]!, HASH_FACTOR);
    if (content[at] !== LINE_BREAK && at + 1 < content.length) continue;
    weights.set(hash, (weights.get(hash) ?? 0) + at + 1 - start);
    start = at + 1;
    hash = HASH_START;
  }
  return weights;
}

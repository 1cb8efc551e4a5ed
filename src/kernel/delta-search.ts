/** What the search for a delta program is told, and the shape of the index that it looks matches up in. */

/** Below these sizes a base is indexed at every place, and at every second; from there on at every fourth. */
const INDEX_ALL_BELOW = 2 ** 16;
const INDEX_HALF_BELOW = 2 ** 20;
/** What is hashed at each place, in bytes. */
const SEED_BYTES = 8;
const MIN_HEAD_BITS = 8;
/** More hashes than this fit no cache, and chains are short enough. */
const MAX_HEAD_BITS = 21;

/** A base whose matches can be looked up: as long as neither it nor the index is written over. */
export interface DeltaIndex {
  readonly base: number;
  readonly baseBytes: number;
  readonly index: number;
  /** The logarithm of how many hashes are told apart. */
  readonly headBits: number;
  /** One place in so many is indexed. */
  readonly step: number;
}

export interface DeltaSearch {
  /** The program is given up as soon as it is longer. */
  readonly maxBytes: number;
  /** The shortest match that is copied, in bytes; 8 is the shortest that is looked for. */
  readonly minCopy: number;
  /** How many places that start alike are compared before the best is taken. */
  readonly tries: number;
}

export interface IndexShape {
  readonly headBits: number;
  readonly step: number;
  /** How many places are indexed. */
  readonly places: number;
}

/** How a base of `baseBytes` is indexed. */
export function shapeOfIndex(baseBytes: number): IndexShape {
  const step = baseBytes < INDEX_ALL_BELOW ? 1 : baseBytes < INDEX_HALF_BELOW ? 2 : 4;
  const places = baseBytes < SEED_BYTES ? 0 : Math.floor((baseBytes - SEED_BYTES) / step) + 1;
  const fitting = Math.ceil(Math.log2(Math.max(places, 1)));
  return { headBits: Math.min(Math.max(fitting, MIN_HEAD_BITS), MAX_HEAD_BITS), step, places };
}

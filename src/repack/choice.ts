/** Which packs a repack takes, so that what it costs follows what is new. */

/** A pack as the choice sees it. */
export interface PackWeight {
  readonly sizeBytes: number;
}

/** Each pack that stays has at least so many times the bytes of all smaller ones together. */
const FACTOR = 2;

/**
 * The smallest packs, as many as must go for the others to be a geometric progression: then a byte is rewritten once
 * for each time that the store doubles, and there are never more packs than doublings.
 *
 * @param looseBytes what loose objects take up, which go into the new pack, too
 * @returns none, where the packs are such a progression already
 */
export function chooseGeometric<Pack extends PackWeight>(packs: readonly Pack[], looseBytes: number): Pack[] {
  const ascending = packs.toSorted((left, right) => left.sizeBytes - right.sizeBytes);
  let taken = 0;
  let smallerBytes = looseBytes;
  ascending.forEach(({ sizeBytes }, at) => {
    if (sizeBytes < FACTOR * smallerBytes) taken = at + 1;
    smallerBytes += sizeBytes;
  });
  return ascending.slice(0, taken);
}

/** Makes an input that breaks something as short as it can be, so that somebody can see what breaks it. */

const MAX_TRIES = 3000;

/**
 * @param isStill whether a shorter input breaks the same
 * @returns an input from which no byte can be taken, unless that would take too many tries
 */
export async function minimise(
  bytes: Uint8Array,
  isStill: (bytes: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let shortest = bytes;
  let tries = 0;
  for (let length = Math.ceil(bytes.length / 2); length > 0; length = Math.floor(length / 2)) {
    for (let at = 0; at < shortest.length && tries < MAX_TRIES; tries++) {
      const shorter = Uint8Array.from([...shortest.subarray(0, at), ...shortest.subarray(at + length)]);
      if (await isStill(shorter)) shortest = shorter;
      else at += length;
    }
  }
  return shortest;
}

/** Numbers that look random, the same for the same seed. */

/** @returns a whole number from 0 up to, and without, `below`, each time it is called */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

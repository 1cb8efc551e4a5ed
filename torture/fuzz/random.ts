/** Numbers that look random, and are the same for the same seed. */

/** A whole number from 0 up to, and without, `below`, which is 1 to 2^31. */
export type RandomNumber = (below: number) => number;

/** A Lehmer generator modulo 2^31-1. Source: S. K. Park and K. W. Miller, CACM 31 (1988), with the multiplier 48,271. */
export function randomNumbers(seed: number): RandomNumber {
  let state = (seed % 2_147_483_646) + 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * below);
  };
}

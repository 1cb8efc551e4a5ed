/** Numbers from 0 up to 1, the same for the same seed. Source: xorshift with 13, 17, 5 (Marsaglia, 2003). */
export function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1; // spread, for neighbouring seeds are common; and never 0
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

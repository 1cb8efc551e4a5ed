/** Time as it passes. Not `performance.now()`: to load what stands behind that takes longer than most commands run. */

/** Milliseconds since some moment in the past; never goes back. */
export function elapsedMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

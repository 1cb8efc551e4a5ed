/**
 * What this process let go of while the disk would not have it removed: its file stays, and nobody holds it. Others
 * know only that the process lives, and wait for its end; this one must not wait for itself.
 */

/** Of locks and leases; few, for each took a failure of the disk. */
const tokens = new Set<string>();

export function giveUp(token: string): void {
  tokens.add(token);
}

export function isGivenUp(token: string): boolean {
  return tokens.has(token);
}

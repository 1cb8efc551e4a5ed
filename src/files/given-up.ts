/**
 * What this process has let go of and could not remove: its locks and leases whose files a disk would not give up. To
 * others they are its own as long as it lives; it knows better.
 */
const tokens = new Set<string>();

/** @param token of an acquisition of this process */
export function giveUp(token: string): void {
  tokens.add(token);
}

export function isGivenUp(token: string): boolean {
  return tokens.has(token);
}

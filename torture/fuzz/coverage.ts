/** What of a program was come by in a run, and how often: 1, 2, 3, 4, 8, 16, 32 and 128 times are told apart. */

/** The classes of counts, each a bit. */
const CLASS_OF: Uint8Array = Uint8Array.from({ length: 256 }, (_, count) => {
  if (count < 4) return count === 0 ? 0 : 2 ** (count - 1);
  return count < 8 ? 8 : count < 16 ? 16 : count < 32 ? 32 : count < 128 ? 64 : 128;
});

/** What programs that are built with counters have, as branch-counters.mjs says. */
interface BranchCounts {
  readonly counts: Uint8Array;
  readonly met: Uint32Array;
}

const { branchCounts } = globalThis as { readonly branchCounts?: BranchCounts };
const { counts, met }: BranchCounts = branchCounts ?? { counts: new Uint8Array(0), met: new Uint32Array(1) };

/** How many branches this program has; none where it was built without counters. */
export const BRANCHES: number = counts.length;

/** Before a run: nothing was come by. */
export function startCounting(): void {
  for (let at = met[0]!; at > 0; at--) counts[met[at]!] = 0;
  met[0] = 0;
}

/** After it: calls `see` with each branch that was come by, and the class of how often, a bit. */
export function eachBranch(see: (branch: number, often: number) => void): void {
  for (let at = met[0]!; at > 0; at--) see(met[at]!, CLASS_OF[counts[met[at]!]!]!);
}

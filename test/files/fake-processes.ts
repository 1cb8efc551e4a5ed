/** Processes to order: who there is, who has gone, and where. */
import type { ProcessIdentity, ProcessTable } from '../../src/files/process-table.ts';

export const HERE = 'here/machine/1';

export function identity(pid: number, changes: Partial<ProcessIdentity> = {}): ProcessIdentity {
  return { host: HERE, boot: 'boot-1', pid, start: `${pid}000`, ...changes };
}

/** A table whose processes are `self` and `others`, all alive until they are deleted from `alive`. */
export function fakeProcesses(
  self: ProcessIdentity,
  others: readonly ProcessIdentity[] = [],
): ProcessTable & { readonly alive: Map<number, string> } {
  const alive = new Map([self, ...others].map(({ pid, start }) => [pid, start]));
  return { self, upMs: 1000, startOf: (pid) => alive.get(pid), alive };
}

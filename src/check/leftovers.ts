/** Looks at what lies in a store and is no object of it: quarantines, leases, the trash, and what a repair moved away. */
import { toByteString } from '../bytes/byte-string.ts';
import { formatName } from '../bytes/text.ts';
import { readLeases } from '../store/lease.ts';
import type { Repository } from '../store/repository.ts';
import { type Finding, finding } from './finding.ts';
import { checkTrash } from './trashed-objects.ts';

const LEASE = /^[0-9a-f]{32}$/;

export async function* checkLeftovers(
  repository: Repository,
  signal: AbortSignal | undefined,
): AsyncGenerator<Finding> {
  yield* checkLeases(repository);
  yield* checkTrash(repository, signal);
  yield* checkLost(repository);
}

async function* checkLeases({ files, layout, now }: Repository): AsyncGenerator<Finding> {
  const folder = layout.leases;
  const names = ((await files.list(folder)) ?? []).map(({ name }) => toByteString(name));
  if (names.length === 0) return; // to ask who runs takes a while
  const held = await readLeases({ files, folder }, { nowNs: BigInt(now()) * 1_000_000n });
  const tokens = new Set(held.map(({ token }) => token));
  for (const name of names) {
    if (!LEASE.test(name) || tokens.has(name)) continue;
    const path = `leases/${name}`;
    yield finding('lease-left', `'${path}' is the lease of a process that ended without giving it back`, {
      path,
    });
  }
}

/** What was moved away is kept for whoever wants to look at it, and is theirs to remove. */
async function* checkLost({ files, layout }: Repository): AsyncGenerator<Finding> {
  const entries = (await files.list(layout.lost)) ?? [];
  if (entries.length === 0) return;
  const first = formatName(entries[0]!.name);
  yield finding('lost-kept', `'lost' keeps what repairs moved away, such as '${first}'`, {
    path: 'lost',
    hint: 'remove it once nothing is missing',
  });
}

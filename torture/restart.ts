/** What a start of the machine changes for who finds a store. */
import { readdirSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Long before any start. */
const LONG_AGO_SECONDS = 0;

/**
 * Makes the locks and leases of a store older than this machine's start, as they are after a real one: a power cut takes
 * what is in them, and only their age tells that nobody holds them.
 *
 * @param store the folder that the store is in
 */
export function seemRestarted(store: string): void {
  const root = join(store, '.cas');
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const isHeld = basename(path).split('.').includes('lock') || basename(dirname(path)) === 'leases';
    if (isHeld) utimesSync(join(root, path), LONG_AGO_SECONDS, LONG_AGO_SECONDS);
  }
}

/** The folder of a ContentStore: how it is found, and how it is made. */
import { type OpenOptions, openOrInitStore, openStore } from '../api/open.ts';
import type { Store } from '../api/store.ts';
import { CasError, RefusedError } from '../errors/errors.ts';

/** How a ContentStore is opened. */
export interface OpenContentsOptions extends OpenOptions {
  /** What becomes of a store that is not there. */
  readonly absent: 'make' | 'refuse';
}

const SETTING = 'aliases';
const HASH = 'sha1';

/** The store in `folder`, which keeps the SHA-1 of what it holds from then on, whoever opens it, if it did not before. */
export async function openContents(folder: string, options: OpenContentsOptions): Promise<Store> {
  const { absent, aliases = [], ...rest } = options;
  const open: OpenOptions = { ...rest, aliases: [...new Set([...aliases, HASH] as const)] };
  const store = await openStore(folder, open).catch((error: unknown) => {
    if (absent === 'refuse' || !hasCode(error, 'STORE_NOT_FOUND')) throw error;
    return openOrInitStore(folder, { ...open, settings: { [SETTING]: HASH } });
  });
  await keepHashes(store);
  return store;
}

/** @throws RefusedError `ALIASES_OFF` */
export function checkKeepsHashes(store: Store): void {
  if (store.aliases.kept.includes(HASH)) return;
  throw new RefusedError('ALIASES_OFF', `the store '${store.path}' keeps no SHA-1 of what it holds`, {
    hint: "run 'cas config set aliases sha1', and 'cas alias rebuild' for what is in it already",
  });
}

/** What came before is looked through once: before the setting says that it was. */
async function keepHashes(store: Store): Promise<void> {
  const kept = String(store.settings.get(SETTING) ?? '')
    .split(',')
    .filter((name) => name !== '');
  if (kept.includes(HASH)) return;
  await store.aliases.rebuild();
  await store.setSetting(SETTING, [...kept, HASH].join(','));
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof CasError && error.code === code;
}

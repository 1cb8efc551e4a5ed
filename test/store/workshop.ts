/** A store in memory whose clock stands still, and short ways to fill it. */
import { createFsFromVolume, Volume } from 'memfs';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { initStore, openStore, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';

export const DAY = 24 * 60 * 60;
/** 2026-01-31T00:00:00Z. */
export const NOW = 1_769_817_600;

export interface Workshop extends AsyncDisposable {
  readonly store: Store;
  readonly files: FileSystem;
  /** Sets the clock, in seconds. */
  setTime(seconds: number): void;
  /** The store, opened anew. */
  reopen(): Promise<Store>;
}

export async function openWorkshop(): Promise<Workshop> {
  // The volume's types are wider than what it gives for the calls that are made.
  const files = nodeFiles(createFsFromVolume(Volume.fromJSON({ '/here/.keep': '' })) as never);
  let seconds = NOW;
  const options = { files, now: () => seconds * 1000, who: 'ann' };
  const store = await initStore('/here', options);
  return {
    store,
    files,
    setTime: (to) => {
      seconds = to;
    },
    reopen: () => openStore('/here', options),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

/** Commits files by path and content. */
export async function commitFiles(
  store: Store,
  label: string,
  contents: Readonly<Record<string, string>>,
  timeSeconds: number = NOW,
): Promise<ObjectId> {
  const entries = Object.entries(contents).map(([path, content]) => ({ path, content }));
  const { id } = await store.commit(label, fromEntries(entries), {
    timeSeconds,
    message: `${label} ${timeSeconds}\n`,
  });
  return id;
}

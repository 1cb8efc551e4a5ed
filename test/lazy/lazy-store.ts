/** A store that lacks contents, and the one that promises them, in one volume. */
import { createFsFromVolume, Volume } from 'memfs';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { cloneStore, initStore, type OpenOptions, openStore, type Store } from '../../src/index.ts';
import { NOW } from '../store/workshop.ts';

export interface LazyPair extends AsyncDisposable {
  /** Has all. */
  readonly whole: Store;
  /** Its clone, without contents. */
  readonly lazy: Store;
  readonly files: FileSystem;
  /** Another process with the clone. */
  openAgain(): Promise<Store>;
  /** Takes the other store away, or back. */
  move(to: 'away' | 'back'): Promise<void>;
}

export const THERE = '/there/.cas';
export const HERE = '/here/.cas';

/** @param fill is done to the whole store before it is cloned */
export async function openLazyPair(fill: (whole: Store) => Promise<unknown>): Promise<LazyPair> {
  // The volume's types are wider than what it gives for the calls that are made.
  const files = nodeFiles(createFsFromVolume(Volume.fromJSON({ '/there/.keep': '' })) as never);
  const options: OpenOptions = { files, now: () => NOW * 1000, who: 'ann' };
  const whole = await initStore('/there', options);
  await fill(whole);
  const { store: lazy } = await cloneStore('/there', '/here', { ...options, contents: 'none' });
  const opened: Store[] = [whole, lazy];
  return {
    whole,
    lazy,
    files,
    openAgain: async () => {
      const again = await openStore('/here', options);
      opened.push(again);
      return again;
    },
    move: (to) => (to === 'away' ? files.rename(THERE, '/away') : files.rename('/away', THERE)),
    [Symbol.asyncDispose]: async () => {
      for (const store of opened) await store.close();
    },
  };
}

export async function collectFindings(store: Store): Promise<string[]> {
  const found: string[] = [];
  for await (const { severity, id, message } of store.fsck()) found.push(`${severity} ${id} ${message}`);
  return found;
}

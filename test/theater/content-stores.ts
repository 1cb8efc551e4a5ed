/** ContentStores to run one suite over: wherever they lie, and in whichever form what they hold does. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFsFromVolume, Volume } from 'memfs';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { initStore } from '../../src/index.ts';
import { ContentStore } from '../../src/theater/content-store.ts';

export interface ContentSubject extends AsyncDisposable {
  readonly contents: ContentStore;
  /** Puts what was stored into the form that this subject is for, by another opening of the same store. */
  settle(): Promise<void>;
  /** The same store, opened anew. */
  reopen(): Promise<ContentStore>;
}

export interface ContentBackend {
  readonly name: string;
  readonly open: () => Promise<ContentSubject>;
}

/** A fresh volume in memory. */
export function memoryFiles(paths: Readonly<Record<string, string | null>> = { '/here': null }): FileSystem {
  // The volume's types are wider than what it gives for the calls that are made.
  return nodeFiles(createFsFromVolume(Volume.fromJSON(paths)) as never);
}

/** A fresh ContentStore in memory. */
export async function openInMemory(files: FileSystem = memoryFiles()): Promise<ContentStore> {
  const contents = new ContentStore('/here/theater/store', { files });
  await contents.init();
  return contents;
}

async function openSubject(
  files: FileSystem,
  folder: string,
  form: 'loose' | 'packed',
): Promise<ContentSubject> {
  const options = { files };
  const contents = new ContentStore(join(folder, 'theater/store'), options);
  await contents.init();
  const opened: ContentStore[] = [contents];
  const reopen = async (): Promise<ContentStore> => {
    const again = new ContentStore(contents.basePath, options);
    await again.open();
    opened.push(again);
    return again;
  };
  return {
    contents,
    reopen,
    settle: async () => {
      if (form === 'loose') return;
      await using other = new ContentStore(contents.basePath, options);
      await other.open();
      await other.database.repack({ scope: 'all' });
    },
    [Symbol.asyncDispose]: async () => {
      for (const each of opened) await each.close();
      if (files.name === 'node') await rm(folder, { recursive: true });
    },
  };
}

const onDisk = async (form: 'loose' | 'packed'): Promise<ContentSubject> =>
  openSubject(nodeFiles(), await mkdtemp(join(tmpdir(), 'cas-theater-')), form);

/** Over a store that somebody else opened, and closes. */
async function openOver(): Promise<ContentSubject> {
  const files = memoryFiles();
  const store = await initStore('/here', { files, settings: { aliases: 'sha1' } });
  const contents = ContentStore.over(store);
  return {
    contents,
    settle: async () => {},
    reopen: async () => ContentStore.over(store),
    [Symbol.asyncDispose]: async () => {
      await contents.close();
      await store.close();
    },
  };
}

export const contentBackends: readonly ContentBackend[] = [
  { name: 'on disk', open: () => onDisk('loose') },
  { name: 'on disk, packed', open: () => onDisk('packed') },
  { name: 'in memory', open: () => openSubject(memoryFiles(), '/here', 'loose') },
  { name: 'in memory, packed', open: () => openSubject(memoryFiles(), '/here', 'packed') },
  { name: 'over an open store', open: openOver },
];

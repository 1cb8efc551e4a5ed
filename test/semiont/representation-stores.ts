/** Stores of representations on everything that they stand on. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFsFromVolume, Volume } from 'memfs';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { openStore, type Store } from '../../src/index.ts';
import { FilesystemRepresentationStore } from '../../src/semiont.ts';

export interface Subject extends AsyncDisposable {
  /** What cases work with. */
  readonly representations: FilesystemRepresentationStore;
  /** The store below, as others open it. */
  readonly store: Store;
  readonly basePath: string;
  readonly files: FileSystem;
  /** Another one of the same folder, as another process has it. */
  another(): FilesystemRepresentationStore;
  /** Brings what was stored into the form that this subject is for; cases call it between a write and what follows. */
  rest(): Promise<void>;
}

/** 2026-01-31T00:00:00.000Z. */
export const NOW_MS = 1_769_817_600_000;

export const SUBJECTS: Readonly<Record<string, () => Promise<Subject>>> = {
  'in a folder on disk': openOnDisk,
  'in memory': () => openInMemory(),
  'loose, in a store that is open already': openInStore,
  packed: () => openInMemory((store) => store.repack({ scope: 'all' })),
};

type Packing = (store: Store) => Promise<unknown>;

async function openOnDisk(): Promise<Subject> {
  const basePath = await mkdtemp(join(tmpdir(), 'cas-semiont-'));
  const subject = await openAt(basePath, nodeFiles());
  return {
    ...subject,
    [Symbol.asyncDispose]: async () => {
      await subject[Symbol.asyncDispose]();
      await rm(basePath, { recursive: true });
    },
  };
}

function openInMemory(pack?: Packing): Promise<Subject> {
  const volume = Volume.fromJSON({ '/': null });
  return openAt('/data/storage', nodeFiles(createFsFromVolume(volume) as never), pack);
}

async function openInStore(): Promise<Subject> {
  const subject = await openInMemory();
  const { store } = subject;
  const representations = new FilesystemRepresentationStore({ store, now: () => NOW_MS });
  return { ...subject, representations };
}

async function openAt(basePath: string, files: FileSystem, pack: Packing = async () => {}): Promise<Subject> {
  const options = { basePath, files, now: () => NOW_MS };
  const another = (): FilesystemRepresentationStore => new FilesystemRepresentationStore(options);
  const representations = another();
  await representations.exists('0'.repeat(64)); // which makes the store
  const store = await openStore(basePath, { files });
  return {
    representations,
    store,
    basePath,
    files,
    another,
    rest: async () => void (await pack(store)),
    [Symbol.asyncDispose]: async () => {
      await representations.close();
      await store.close();
    },
  };
}

/** How many objects the store holds, and of how many bytes. */
export async function heldContents({
  store,
}: Subject): Promise<{ readonly count: number; readonly bytes: number }> {
  let count = 0;
  let bytes = 0;
  for await (const id of store.ids()) {
    const { hint, sizeBytes } = await store.stat(id);
    if (hint !== 'content') continue;
    count++;
    bytes += sizeBytes;
  }
  return { count, bytes };
}

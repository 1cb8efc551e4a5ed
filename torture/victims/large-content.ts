/**
 * Takes in one file of gigabytes and gives it back in every form: `node large-content STORE FILE SCRATCH`. Nothing is
 * held whole: the process may have less memory than the file has bytes.
 */
import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fromFolder, fromTar, openStore, type Store } from '../../src/index.ts';
import { report } from '../attacks/hostile/step-report.ts';

const LABEL = 'large';

interface Place {
  readonly store: Store;
  readonly file: string;
  readonly scratch: string;
}

async function drain(pieces: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of pieces);
}

async function expectSame({ store, file }: Place, id: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  if (id !== `sha256:${hash.digest('hex')}`) throw new Error(`${id} is not the file's`);
  await drain(store.read(id));
}

const STEPS: Readonly<Record<string, (place: Place) => Promise<unknown>>> = {
  put: async (place) => {
    const id = await place.store.put(createReadStream(place.file));
    await place.store.flush();
    await expectSame(place, id);
  },
  commit: ({ store, file }) => store.commit(LABEL, fromFolder(join(file, '..'))),
  tar: async ({ store }) => drain((await store.view(LABEL)).tar()),
  'tar.gz': async ({ store }) => drain((await store.view(LABEL)).tarGz()),
  zip: async ({ store }) => drain((await store.view(LABEL)).zip()),
  'own tar': async ({ store }) => store.commit('again', fromTar((await store.view(LABEL)).tar())),
  folder: async ({ store, scratch }) => (await store.view(LABEL)).toFolder(join(scratch, 'out')),
  update: async ({ store, scratch }) => (await store.view(LABEL)).updateFolder(join(scratch, 'out')),
  fs: async ({ store, file }) => {
    const { fs } = await store.view(LABEL);
    await drain(fs.createReadStream(file.slice(file.lastIndexOf('/'))));
  },
  repack: ({ store }) => store.repack({ scope: 'all' }),
  gc: ({ store }) => store.gc({ graceMs: 0 }),
  fsck: async ({ store }) => {
    for await (const { message } of store.fsck()) throw new Error(message);
  },
};

async function main(path: string, file: string, scratch: string): Promise<void> {
  for (const [name, step] of Object.entries(STEPS))
    await report(name, async () => {
      await using store = await openStore(path);
      await step({ store, file, scratch });
    });
  rmSync(scratch, { recursive: true, force: true });
}

void main(process.argv[2] ?? '', process.argv[3] ?? '', process.argv[4] ?? '');

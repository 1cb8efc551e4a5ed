/** Maintenance: when it is due, and what it does. */
import { describe, expect, test } from 'vitest';
import type { FileSystem } from '../../src/files/file-system.ts';
import { acquireLock } from '../../src/files/lock.ts';
import type { Store } from '../../src/index.ts';
import { noise } from '../arbitraries/contents.ts';
import { makePack, plantPack, wholes } from '../packs/pack-maker.ts';
import { commitFiles, openWorkshop } from '../store/workshop.ts';

const OBJECTS = '/here/.cas/objects';

async function plantPacks(files: FileSystem, count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    await plantPack(files, `${OBJECTS}/pack`, { made: makePack(wholes(noise(200, number + 1))) });
  }
}

async function packsIn(files: FileSystem): Promise<number> {
  const names = ((await files.list(`${OBJECTS}/pack`)) ?? []).map(({ name }) => Buffer.from(name).toString());
  return names.filter((name) => name.endsWith('.pack')).length;
}

async function fill(files: FileSystem, path: string): Promise<void> {
  await using _file = await files.open(path, 'create');
}

describe('isMaintenanceDue()', () => {
  test('says so when there are more packs than the setting has, those with a .keep left out', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    await plantPacks(files, 20);
    expect(await store.isMaintenanceDue()).toBe(false);
    const extra = makePack(wholes(noise(100, 99)));
    await plantPack(files, `${OBJECTS}/pack`, { made: extra });
    expect(await store.isMaintenanceDue()).toBe(true);
    await fill(files, `${OBJECTS}/pack/${extra.name}.keep`);
    expect(await store.isMaintenanceDue()).toBe(false);
    await store.setSetting('maintenance.packs', '3');
    await using again = await workshop.reopen();
    expect(await again.isMaintenanceDue()).toBe(true);
    await again.setSetting('maintenance.auto', 'false');
    await using never = await workshop.reopen();
    expect(await never.isMaintenanceDue()).toBe(false);
  });

  test('says so when one folder of loose objects has its share of too many', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    for (let number = 0; number < 7; number++) await fill(files, `${OBJECTS}/17/${'0'.repeat(61)}${number}`);
    expect(await store.isMaintenanceDue()).toBe(false);
    await fill(files, `${OBJECTS}/17/${'0'.repeat(61)}7`);
    expect(await store.isMaintenanceDue()).toBe(true);
  });
});

describe('maintain()', () => {
  test('packs until it is not due any more, and leaves every object', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    await plantPacks(files, 30);
    await commitFiles(store, 'a', { x: 'one' });
    const ids = await idsOf(store);
    expect(await store.maintain()).toMatchObject({ kind: 'done', repack: { packsRemoved: 30, left: [] } });
    expect(await packsIn(files)).toBe(1);
    expect(await store.isMaintenanceDue()).toBe(false);
    expect(await idsOf(store)).toEqual(ids);
    for await (const found of store.fsck()) throw new Error(found.message);
  });

  test('steps back where another process packs or collects', async () => {
    await using workshop = await openWorkshop();
    await using _lock = await acquireLock(workshop.files, '/here/.cas/gc.lock');
    expect(await workshop.store.maintain()).toEqual({ kind: 'busy' });
  });

  test('removes what interrupted writers left a day ago, and nothing younger', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    const paths = ['objects', 'objects/pack', 'cache'].map(
      (folder, at) => `/here/.cas/${folder}/tmp_${at + 1}_0123456789abcdef`,
    );
    for (const path of paths) await fill(files, path);
    await files.touch(paths[0]!, 1000);
    await files.touch(paths[1]!, 1000);
    await store.maintain();
    const isThere = await Promise.all(paths.map(async (path) => (await files.stat(path)) !== undefined));
    expect(isThere).toEqual([false, false, true]);
  });
});

async function idsOf(store: Store): Promise<string[]> {
  const ids: string[] = [];
  for await (const id of store.ids()) ids.push(id);
  return ids;
}

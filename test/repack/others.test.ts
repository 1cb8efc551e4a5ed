/** Packing anew while others use the same files: what they rely on, or keep, stays so. */
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { openStore, type Store } from '../../src/index.ts';
import { loosePathOf, makePack, plantPack, wholes } from '../packs/pack-maker.ts';
import { DAY, NOW, openWorkshop, type Workshop } from '../store/workshop.ts';

const OBJECTS = '/here/.cas/objects';
const PACKS = `${OBJECTS}/pack`;
const [FIRST, SECOND] = [0, 1].map((number) => makePack(wholes(textOf(number), textOf(number + 10)))) as [
  ReturnType<typeof makePack>,
  ReturnType<typeof makePack>,
];
const LONG_AGO = NOW - 300 * DAY;

function textOf(number: number): Uint8Array {
  return encodeText(`text ${number} `.repeat(50));
}

/** Two packs and a loose object, all of them old. */
async function fill({ store, files }: Workshop): Promise<string> {
  const loose = await store.put(textOf(5));
  await store.flush();
  for (const made of [FIRST, SECOND]) await plantPack(files, PACKS, { made });
  const path = loosePathOf(OBJECTS, loose);
  for (const old of [path, ...[FIRST, SECOND].map(({ name }) => `${PACKS}/${name}.pack`)])
    await files.touch(old, LONG_AGO);
  return path;
}

/** The same files; `before` comes before each call that changes a name. */
function watched(
  files: FileSystem,
  before: (call: 'rename' | 'remove', path: string) => Promise<void>,
): FileSystem {
  const calls: Partial<FileSystem> = {
    rename: async (from, to) => {
      await before('rename', String(to));
      await files.rename(from, to);
    },
    remove: async (path) => {
      await before('remove', String(path));
      return files.remove(path);
    },
  };
  return new Proxy(files, {
    get: (target, key) => {
      const own = calls[key as keyof FileSystem] ?? target[key as keyof FileSystem];
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
}

async function packsIn(files: FileSystem): Promise<string[]> {
  const names = ((await files.list(PACKS)) ?? []).map(({ name }) => Buffer.from(name).toString());
  return names.filter((name) => name.endsWith('.pack')).map((name) => `${PACKS}/${name}`);
}

/** How old the only pack is, in seconds since 1970. */
async function timeOfOnly(files: FileSystem): Promise<number> {
  const [only = '', ...others] = await packsIn(files);
  expect(others).toEqual([]);
  return Number((await files.stat(only))!.modifiedNs / 1_000_000_000n);
}

function open(files: FileSystem): Promise<Store> {
  return openStore('/here', { files, now: () => NOW * 1000 });
}

describe('repack()', () => {
  test('leaves a pack young that somebody relied on as soon as it was there', async () => {
    await using workshop = await openWorkshop();
    const { files } = workshop;
    await fill(workshop);
    let touched = 0;
    const hooked = watched(files, async (call, path) => {
      if (call !== 'remove' || !path.endsWith('.idx') || touched++ > 0) return;
      for (const pack of await packsIn(files))
        if (![FIRST, SECOND].some(({ name }) => pack.includes(name))) await files.touch(pack, NOW);
    });
    await using store = await open(hooked);
    await store.repack({ scope: 'all' });
    expect(await timeOfOnly(files)).toBe(NOW);
  });

  test.each(['pack', 'loose'])(
    'is as young as a %s was when it went, whoever touched it last',
    async (kind) => {
      await using workshop = await openWorkshop();
      const { files } = workshop;
      const loose = await fill(workshop);
      const source = kind === 'loose' ? loose : `${PACKS}/${SECOND.name}.pack`;
      const hooked = watched(files, async (call, path) => {
        if (call === 'remove' && path === source) await files.touch(source, NOW - 5);
      });
      await using store = await open(hooked);
      await store.repack({ scope: 'all' });
      expect(await timeOfOnly(files)).toBeGreaterThanOrEqual(NOW - 5);
    },
  );

  test('is as young as the pack was whose name it takes', async () => {
    await using workshop = await openWorkshop();
    const { files, store: first } = workshop;
    await fill(workshop);
    await first.repack({ scope: 'all' });
    const [same = ''] = await packsIn(files);
    expect(await timeOfOnly(files)).toBe(LONG_AGO);
    const hooked = watched(files, async (call, path) => {
      if (call === 'rename' && path === same) await files.touch(same, NOW - 5);
    });
    await using store = await open(hooked);
    await store.repack({ scope: 'all' });
    expect(await packsIn(files)).toEqual([same]);
    expect(await timeOfOnly(files)).toBeGreaterThanOrEqual(NOW - 5);
  });

  test('leaves a pack that a .keep comes beside while it runs', async () => {
    await using workshop = await openWorkshop();
    const { files } = workshop;
    await fill(workshop);
    const hooked = watched(files, async (call, path) => {
      if (call !== 'rename' || !path.endsWith('.pack')) return;
      await using _keep = await files.open(`${PACKS}/${FIRST.name}.keep`, 'create');
    });
    await using store = await open(hooked);
    expect(await store.repack({ scope: 'all' })).toMatchObject({ packsRemoved: 1, looseRemoved: 1 });
    expect(await packsIn(files)).toContain(`${PACKS}/${FIRST.name}.pack`);
    expect(await packsIn(files)).toHaveLength(2);
  });
});

/** Packing anew: every object stays what it was, in fewer bytes. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { ConflictError } from '../../src/errors/errors.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { acquireLock } from '../../src/files/lock.ts';
import type { ObjectId, Store } from '../../src/index.ts';
import { decodePackList } from '../../src/pack/pack-list.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { noise } from '../arbitraries/contents.ts';
import { anyLife, EVERY_FORM, live } from '../interop/store-life.ts';
import { loosePathOf, makePack, plantPack, wholes } from '../packs/pack-maker.ts';
import { commitFiles, NOW, openWorkshop, type Workshop } from '../store/workshop.ts';
import { packDepths } from '../upkeep/pack-depths.ts';

const OBJECTS = '/here/.cas/objects';

async function idsOf(store: Store): Promise<ObjectId[]> {
  const ids: ObjectId[] = [];
  for await (const id of store.ids()) ids.push(id);
  return ids;
}

async function expectSound(store: Store, ids: readonly ObjectId[]): Promise<void> {
  expect(await idsOf(store)).toEqual(ids);
  for await (const found of store.fsck()) throw new Error(found.message);
}

async function packsIn(files: FileSystem, suffix = 'pack'): Promise<string[]> {
  const names = ((await files.list(`${OBJECTS}/pack`)) ?? []).map(({ name }) => Buffer.from(name).toString());
  return names.filter((name) => name.endsWith(`.${suffix}`)).sort();
}

async function looseIn(files: FileSystem): Promise<number> {
  let count = 0;
  for (let byte = 0; byte < 256; byte++)
    count += (await files.list(`${OBJECTS}/${byte.toString(16).padStart(2, '0')}`))?.length ?? 0;
  return count;
}

/** A text of many lines, of which each version changes some. */
function textOf(version: number, lines = 300): string {
  const words = Array.from(noise(lines, 77));
  return words
    .map(
      (word, at) =>
        `line ${at} says ${word * 7919} and ${(at * word) % 1009}${at % 40 === version ? ` in ${version}` : ''}\n`,
    )
    .join('');
}

/** Versions of a few files, each in a pack of its own. */
async function commitVersions(store: Store, versions: number, from = 0): Promise<void> {
  for (let version = from; version < from + versions; version++) {
    const files: Record<string, string> = {};
    for (let number = 0; number < 25; number++)
      files[`d${number % 3}/file-${number}`] = `file ${number}\n${textOf(version, 60)}`;
    files['main.txt'] = textOf(version);
    await commitFiles(store, 'line', files, NOW + version);
  }
}

describe('repack()', () => {
  test('leaves every object of a store that lived by chance as it is, whatever its scope', async () => {
    const anyEffort = fc.record({
      scope: fc.constantFrom('geometric' as const, 'all' as const),
      depth: fc.constantFrom(0, 1, 2, 50),
      window: fc.constantFrom(0, 3),
      newest: fc.constantFrom('whole' as const, 'delta' as const),
    });
    await fc.assert(
      fc.asyncProperty(
        anyLife(),
        fc.array(anyEffort, { minLength: 1, maxLength: 3 }),
        async (life, efforts) => {
          await using workshop = await openWorkshop();
          await live(workshop.store, life);
          const ids = await idsOf(workshop.store);
          for (const effort of efforts) {
            await workshop.store.repack(effort);
            await expectSound(workshop.store, ids);
          }
          await using again = await workshop.reopen();
          await expectSound(again, ids);
        },
      ),
      {
        numRuns: 8,
        examples: [[[...EVERY_FORM], [{ scope: 'all', depth: 50, window: 3, newest: 'delta' }]]],
      },
    );
  });

  test('with all makes one pack of everything, smaller than before, and lists it', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    await commitVersions(store, 5);
    await store.put('a single one');
    await store.flush();
    const ids = await idsOf(store);
    const before = await packsIn(files);
    const result = await store.repack({ scope: 'all' });
    expect(result).toMatchObject({ objects: ids.length, packsRemoved: before.length, left: [] });
    expect(result.bytesAfter).toBeLessThan(result.bytesBefore / 3);
    expect(await packsIn(files)).toEqual([`${result.pack}.pack`]);
    expect(await packsIn(files, 'idx')).toEqual([`${result.pack}.idx`]);
    expect(await packsIn(files, 'meta')).toEqual([`${result.pack}.meta`]);
    expect(await looseIn(files)).toBe(0);
    const list = await files.readFile(`${OBJECTS}/info/packs`, 1000);
    expect(decodePackList(list!)).toEqual([result.pack]);
    await expectSound(store, ids);
  });

  test('makes nothing larger where everything was packed before', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await commitVersions(store, 6);
    let last = Number.POSITIVE_INFINITY;
    for (let time = 0; time < 4; time++) {
      const { bytesAfter } = await store.repack({ scope: 'all' });
      expect(bytesAfter).toBeLessThanOrEqual(last);
      last = bytesAfter;
    }
  });

  test('stores old versions as deltas on newer ones, in chains no longer than it may', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await commitVersions(store, 8);
    for (const depth of [50, 3, 1, 0]) {
      await store.repack({ scope: 'all', depth });
      const deltas = (await Promise.all((await idsOf(store)).map((id) => store.stat(id)))).filter(
        ({ form }) => form === 'delta',
      );
      expect(deltas.length > 0).toBe(depth > 0);
      expect(await longestChain(workshop)).toBeLessThanOrEqual(depth);
    }
    await store.repack({ scope: 'all' });
    expect(await longestChain(workshop)).toBeGreaterThan(3);
  });

  test('keeps the newest versions whole where it is told to, by an option or a setting', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    await commitVersions(store, 3);
    const formsOf = async (revision: string, store = workshop.store): Promise<Set<string>> => {
      const forms = new Set<string>();
      for await (const { entry } of (await store.view(revision)).entries()) {
        if (entry.kind !== 'folder') forms.add((await store.stat(entry.id)).form);
      }
      return forms;
    };
    await store.repack({ scope: 'all' });
    expect(await formsOf('line')).toContain('delta'); // on files beside them
    await store.repack({ scope: 'all', newest: 'whole' });
    expect(await formsOf('line')).toEqual(new Set(['whole']));
    expect(await formsOf('line~2')).toContain('delta');
    await store.repack({ scope: 'all' });
    await store.setSetting('pack.newest', 'whole');
    await using again = await workshop.reopen();
    await again.repack({ scope: 'all' });
    expect(await formsOf('line', again)).toEqual(new Set(['whole']));
  });

  test('holds versions against each other that lie under labels of their own', async () => {
    await using workshop = await openWorkshop();
    const { store } = workshop;
    for (let version = 0; version < 4; version++) {
      const files = Object.fromEntries(
        [5, 6, 7].map((seed) => [`file-${seed}`, hexOf(mixed(6000, seed, version))]),
      );
      await commitFiles(store, `v${version}`, files, NOW + version);
    }
    await store.repack({ scope: 'all' });
    for (let seed = 0; seed < 3; seed++) {
      const forms = await Promise.all(
        [3, 2, 1, 0].map((version) => formOf(store, `v${version}:file-${seed + 5}`)),
      );
      expect(forms).toEqual(['whole', 'delta', 'delta', 'delta']);
    }
  });

  test('stores the chunks of an old version as deltas on those of the new one', async () => {
    await using workshop = await openWorkshop();
    await workshop.store.setSetting('chunk.threshold', String(2 ** 20));
    await using store = await workshop.reopen();
    for (let version = 0; version < 2; version++) {
      const content = mixed(3_000_000, 3, version);
      await store.commit('large', fromEntries([{ path: 'data', content }]), { timeSeconds: NOW + version });
    }
    expect(await formOf(store, 'large:data')).toBe('chunks');
    const ids = await idsOf(store);
    const { bytesBefore, bytesAfter } = await store.repack({ scope: 'all' });
    expect(bytesBefore).toBeGreaterThan(6_000_000);
    expect(bytesAfter).toBeLessThan(3_200_000);
    expect(await formOf(store, 'large~1:data')).toBe('chunks');
    await expectSound(store, ids);
  });

  test('is done where there is nothing to do', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    const nothing = { pack: undefined, objects: 0, packsRemoved: 0, looseRemoved: 0 };
    expect(await store.repack({ scope: 'all' })).toMatchObject(nothing);
    await commitVersions(store, 2);
    await store.repack({ scope: 'all' });
    const packs = await packsIn(files);
    expect(await store.repack()).toMatchObject(nothing);
    expect((await store.repack({ scope: 'all' })).pack).toBe(packs[0]!.replace('.pack', ''));
    expect(await packsIn(files)).toEqual(packs);
  });

  test('rewrites little where little is new, and copies the deltas that it takes', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    await commitVersions(store, 12);
    const { pack: large, bytesAfter } = await store.repack({ scope: 'all' });
    await commitFiles(store, 'other', { note: 'a note' });
    const small = await store.repack();
    expect(small.bytesBefore).toBeLessThan(bytesAfter / 20);
    expect(await packsIn(files)).toContain(`${large}.pack`);
    await commitVersions(store, 12, 12);
    const ids = await idsOf(store);
    const merged = await store.repack();
    expect(await packsIn(files)).toEqual([`${merged.pack}.pack`]);
    await expectSound(store, ids);
    expect(await longestChain(workshop)).toBeLessThanOrEqual(50);
    const anew = await store.repack({ scope: 'all' });
    expect(merged.bytesAfter).toBeLessThan(anew.bytesAfter * 2);
  });

  test('leaves packs alone that have a .keep beside them', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    await commitVersions(store, 2);
    const [kept = ''] = await packsIn(files);
    await using file = await files.open(`${OBJECTS}/pack/${kept.replace('.pack', '.keep')}`, 'create');
    await file.close();
    const ids = await idsOf(store);
    await store.repack({ scope: 'all' });
    expect(await packsIn(files)).toHaveLength(2);
    expect(await packsIn(files)).toContain(kept);
    expect(await idsOf(store)).toEqual(ids);
  });

  test('removes loose objects that a pack holds already, unless the packed copy is damaged', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    const [sound, damaged] = [encodeText('sound '.repeat(20)), noise(500)];
    const made = makePack(wholes(sound, damaged, noise(50_000, 3)));
    const at = made.offsets[1]! + 30;
    made.pack[at] = made.pack[at]! ^ 1;
    await store.put(sound);
    await store.put(damaged);
    await store.flush();
    await plantPack(files, `${OBJECTS}/pack`, { made });
    const [first = '', second = ''] = made.ids;
    expect(await looseIn(files)).toBe(2);
    await store.repack();
    expect(await looseIn(files)).toBe(1);
    expect(await store.get(first)).toEqual(sound);
    expect(await store.get(second)).toEqual(damaged);
  });

  test('makes a pack as old as the youngest file that it took', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    await commitVersions(store, 2);
    for (const [at, name] of (await packsIn(files)).entries())
      await files.touch(`${OBJECTS}/pack/${name}`, 1000 + at);
    const snapshot = await store.resolve('line');
    await files.touch(loosePathOf(OBJECTS, snapshot.id), 500);
    await store.repack({ scope: 'all' });
    const [only = ''] = await packsIn(files);
    const { modifiedNs } = (await files.stat(`${OBJECTS}/pack/${only}`))!;
    expect(modifiedNs).toBe(1_001_000_000_000n);
  });

  test('waits for whoever packs or collects, and says who', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    await commitVersions(store, 2);
    await using _lock = await acquireLock(files, '/here/.cas/gc.lock');
    const refused = store.repack({ waitMs: 0 });
    await expect(refused).rejects.toThrow(ConflictError);
    await expect(refused).rejects.toMatchObject({ code: 'LOCKED' });
  });

  test('can be stopped, and leaves nothing behind', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    await commitVersions(store, 3);
    const ids = await idsOf(store);
    const before = (await files.list(`${OBJECTS}/pack`))!.length;
    for (const phase of ['finding deltas', 'writing']) {
      const controller = new AbortController();
      const onProgress = (event: { readonly phase: string }): void => {
        if (event.phase === phase) controller.abort();
      };
      const stopped = store.repack({ scope: 'all', onProgress, signal: controller.signal });
      await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
      expect(await files.list(`${OBJECTS}/pack`)).toHaveLength(before);
    }
    await expectSound(store, ids);
    await store.repack({ scope: 'all' });
    await expectSound(store, ids);
  });
});

/** Noise, of which each version changes some bytes in every few thousand. */
function mixed(length: number, seed: number, version: number): Uint8Array {
  const bytes = noise(length, seed);
  for (let at = 900 + version; at < length; at += 5000) bytes.fill(version, at, at + 20);
  return bytes;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

async function formOf(store: Store, revision: string): Promise<string> {
  return (await store.stat((await store.resolve(revision)).id)).form;
}

/** The longest chain of deltas of the only pack. */
async function longestChain({ files }: Workshop): Promise<number> {
  const [name = ''] = await packsIn(files);
  const pack = (await files.readFile(`${OBJECTS}/pack/${name}`, 1e8))!;
  const idx = (await files.readFile(`${OBJECTS}/pack/${name.replace('.pack', '.idx')}`, 1e8))!;
  return Math.max(...packDepths(pack, idx));
}

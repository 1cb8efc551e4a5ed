/** A view shows its version to the end: whatever becomes of its label, of the packs, and of what gc takes away. */
import { describe, expect, test } from 'vitest';
import { fromEntries, hashBytes, type Store, type ViewFs } from '../../src/index.ts';
import { noise } from '../arbitraries/contents.ts';
import { expectBytes } from '../conformance/object-reader.ts';
import { commitFiles, NOW, openWorkshop, type Workshop } from '../store/workshop.ts';

/** As many as go into one pack, or few enough to be loose. */
const FORMS = { packed: 60, loose: 3 } as const;

function filesOf(count: number): Record<string, string> {
  const names = Array.from({ length: count }, (_, at) => `d${at % 7}/f${at}`);
  return Object.fromEntries(names.map((name) => [name, `${name}: ${'words that come again '.repeat(9)}`]));
}

const FACES: Readonly<Record<string, (fs: ViewFs, path: string) => Promise<string>>> = {
  'at once': async (fs, path) => fs.readFileSync(path, 'utf8'),
  'by callback': (fs, path) =>
    new Promise((resolve, reject) => {
      fs.readFile(path, 'utf8', (error, text) => (error ? reject(error) : resolve(text)));
    }),
  'by promise': (fs, path) => fs.promises.readFile(path, 'utf8'),
  'as a stream': async (fs, path) => (await fs.createReadStream(path).toArray()).join(''),
};

async function readAll(
  fs: ViewFs,
  read: (fs: ViewFs, path: string) => Promise<string>,
): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const folder of fs.readdirSync('/')) {
    for (const name of fs.readdirSync(`/${folder}`))
      texts[`${folder}/${name}`] = await read(fs, `/${folder}/${name}`);
  }
  return texts;
}

/** Nothing names the version any more, and nothing waits before it is collected. */
async function deleteLabel({ store, setTime }: Workshop, name: string): Promise<void> {
  await store.labels.update([{ verb: 'delete', name }]);
  setTime(NOW + 1);
}

async function openForgetful(): Promise<Workshop> {
  const workshop = await openWorkshop();
  await workshop.store.setSetting('labels.window', '0d');
  const store = await workshop.reopen();
  const close = async (): Promise<void> => {
    await store.close();
    await workshop.store.close();
  };
  return { ...workshop, store, [Symbol.asyncDispose]: close };
}

describe.each(Object.entries(FACES))('read %s, a view outlives', (_, read) => {
  describe.each(Object.entries(FORMS))('%s,', (_form, count) => {
    const expected = filesOf(count);

    test('its label, without ever having been looked into', async () => {
      await using workshop = await openForgetful();
      const { store } = workshop;
      await commitFiles(store, 'v', expected);
      const { fs } = await store.view('v');
      await deleteLabel(workshop, 'v');
      expect((await store.gc({ graceMs: 0 })).collected.count).toBeGreaterThan(count);
      expect(await readAll(fs, read)).toEqual(expected);
    });

    test('a second collection, which empties what the first one took', async () => {
      await using workshop = await openForgetful();
      const { store } = workshop;
      await commitFiles(store, 'v', expected);
      const { fs } = await store.view('v');
      fs.readdirSync('/d0');
      await deleteLabel(workshop, 'v');
      await store.gc({ graceMs: 0 });
      expect((await store.gc({ graceMs: 0 })).freed.count).toBe(0);
      expect(await readAll(fs, read)).toEqual(expected);
    });

    test('a label that moves on, and packs that are written anew', async () => {
      await using workshop = await openForgetful();
      const { store } = workshop;
      await commitFiles(store, 'v', expected);
      const { fs } = await store.view('v');
      expect(await read(fs, '/d0/f0')).toBe(expected['d0/f0']);
      await commitFiles(store, 'v', { other: 'one' }, NOW + 1);
      await store.repack({ scope: 'all' });
      await store.gc({ graceMs: 0 });
      await store.repack({ scope: 'all' });
      expect(await readAll(fs, read)).toEqual(expected);
      const moved = await store.view('v');
      expect(moved.fs.readdirSync('/')).toEqual(['other']);
    });

    test('what another handle does to the same store', async () => {
      await using workshop = await openForgetful();
      await commitFiles(workshop.store, 'v', expected);
      const { fs } = await workshop.store.view('v');
      expect(await read(fs, '/d0/f0')).toBe(expected['d0/f0']);
      await using other = await workshop.reopen();
      await deleteLabel({ ...workshop, store: other }, 'v');
      await other.repack({ scope: 'all' });
      await other.gc({ graceMs: 0 });
      await other.gc({ graceMs: 0 });
      expect(await readAll(fs, read)).toEqual(expected);
    });
  });
});

const ENDS: Readonly<Record<string, (store: Store) => Promise<void>>> = {
  'the view is disposed of': async (store) => {
    await using _view = await store.view('v');
  },
  'the view is closed, twice': async (store) => {
    const view = await store.view('v');
    await view.close();
    await view.close();
  },
  'a comparison is at its end': async (store) => {
    for await (const _ of store.diff('v', 'v')) expect.fail('they are the same');
  },
  'a comparison is broken off': async (store) => {
    for await (const _ of store.diff('v', 'other')) break;
  },
  'no such label was found': async (store) => {
    await expect(store.view('none')).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND' });
  },
};

describe('what was collected is removed for good once', () => {
  test.each(Object.entries(ENDS))('%s, though the store stays open', async (_, read) => {
    await using workshop = await openForgetful();
    await commitFiles(workshop.store, 'v', filesOf(3));
    await commitFiles(workshop.store, 'other', { other: 'one' });
    await using reader = await workshop.reopen();
    await read(reader);
    await deleteLabel(workshop, 'v');
    expect((await workshop.store.gc({ graceMs: 0 })).collected.count).toBeGreaterThan(3);
    expect((await workshop.store.gc({ graceMs: 0 })).trash.count).toBe(0);
  });

  test('the store is closed', async () => {
    await using workshop = await openForgetful();
    await commitFiles(workshop.store, 'v', filesOf(3));
    {
      await using reader = await workshop.reopen();
      await reader.view('v');
      await deleteLabel(workshop, 'v');
      await workshop.store.gc({ graceMs: 0 });
      expect((await workshop.store.gc({ graceMs: 0 })).trash.count).toBeGreaterThan(3);
    }
    expect(await workshop.store.gc({ graceMs: 0 })).toMatchObject({ trash: { count: 0 } });
  });

  test('the last view is closed of those that were opened when it was there', async () => {
    await using workshop = await openForgetful();
    const { store } = workshop;
    const expected = filesOf(3);
    await commitFiles(store, 'v', expected);
    const views = [await store.view('v'), await store.view('v')];
    await deleteLabel(workshop, 'v');
    await store.gc({ graceMs: 0 });
    await views[0]!.close();
    expect((await store.gc({ graceMs: 0 })).trash.count).toBeGreaterThan(3);
    expect(await readAll(views[1]!.fs, FACES['at once']!)).toEqual(expected);
    await views[1]!.close();
    expect((await store.gc({ graceMs: 0 })).trash.count).toBe(0);
  });
});

test('long content in chunks is read at once where a collection put it', async () => {
  await using workshop = await openForgetful();
  await workshop.store.setSetting('chunk.threshold', String(2 ** 20));
  await using store = await workshop.reopen();
  const content = noise(3 * 2 ** 20);
  await store.commit('v', fromEntries([{ path: 'long', content }]));
  expect((await store.stat(hashBytes(content))).form).toBe('chunks');
  const { fs } = await store.view('v');
  await deleteLabel({ ...workshop, store }, 'v');
  await store.gc({ graceMs: 0 });
  expect(await store.has(hashBytes(content))).toBe(false);
  expectBytes(fs.readFileSync('/long'), content);
  expect(await store.has(hashBytes(content))).toBe(false); // nothing was moved for it
});

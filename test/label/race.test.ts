/** Several writers and readers at once. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { ConflictError } from '../../src/errors/errors.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { openLabelStore } from '../../src/label/label-store.ts';
import { by, edit, id, listed, makeFolder, name, set, storeIn } from './label-folder.ts';

const run = promisify(execFile);

test('two handles see what the other did at the next reading', async () => {
  using folder = makeFolder();
  const [left, right] = [storeIn(folder), storeIn(folder)];
  for (let number = 1; number <= 20; number++) {
    const [writer, reader] = number % 2 === 0 ? [left, right] : [right, left];
    await writer.update([set('a', number)], by());
    expect(await listed(reader)).toBe(`a=${number}`);
    if (number % 5 === 0) await writer.fold({ keepFrom: number - 1 });
    expect(await listed(reader)).toBe(`a=${number}`);
    expect((await reader.history(name('a')))[0]?.new).toBe(id(number));
  }
});

test('of two handles that expect the same value, one wins each time', async () => {
  using folder = makeFolder();
  const stores = [storeIn(folder), storeIn(folder)];
  await stores[0]!.update([set('a', 0)], by());
  for (let number = 0; number < 15; number++) {
    const expectation = { kind: 'id', id: id(number) } as const;
    const tries = stores.map((store) => store.update([set('a', number + 1, expectation)], by()));
    const outcomes = await Promise.allSettled(tries);
    const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(lost).toEqual([expect.any(ConflictError)]);
  }
});

test('a writer that waits too long for another one says so', async () => {
  using folder = makeFolder();
  const patient = storeIn(folder);
  const hasty = openLabelStore(folder.files, folder.path, { waitMs: 20 });
  const beforeCommit = async () => {
    await expect(hasty.update([set('b', 2)], by())).rejects.toMatchObject({ code: 'LOCKED' });
    expect(await hasty.list()).toEqual([]); // a reader waits for nobody
  };
  await patient.update([set('a', 1)], { ...by(), beforeCommit });
  expect(await listed(hasty)).toBe('a=1');
});

test('two processes that move one label 200 times each lose no update', async () => {
  using folder = makeFolder();
  using built = makeFolder();
  const outfile = join(built.path, 'mover.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'mover.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
  });
  await Promise.all([1, 2].map(() => run(process.execPath, [outfile, folder.path, '200'])));
  const store = storeIn(folder);
  expect(await listed(store)).toBe('counter=400');
  const history = await store.history(name('counter'));
  expect(history.map((entry) => entry.new)).toEqual(Array.from({ length: 400 }, (_, at) => id(400 - at)));
  expect(new Set(history.map(({ who }) => who)).size).toBe(2);
});

test('a reader sees a transaction of ten labels whole or not at all, through folds and cuts of the log', async () => {
  using folder = makeFolder();
  const writer = openLabelStore(folder.files, folder.path, { foldBytes: 3000 });
  const reader = storeIn(folder);
  const end = new AbortController();
  const watch = async (): Promise<number> => {
    let readings = 0;
    for (; !end.signal.aborted; readings++) {
      // A fresh handle reads everything anew, an old one what is new.
      const { labels, n } = await (readings % 2 === 0 ? reader : storeIn(folder)).read();
      const values = new Set(Array.from(labels.values(), (label) => label.id));
      expect(values.size).toBe(n === 0 ? 0 : 1);
      expect(labels.size).toBe(n === 0 ? 0 : 10);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return readings;
  };
  const watching = watch();
  for (let number = 1; number <= 60; number++) {
    await writer.update(
      Array.from({ length: 10 }, (_, at) => set(`ten/${at}`, number)),
      by(),
    );
    if (number % 10 === 0) await writer.fold({ keepFrom: number - 2 });
  }
  end.abort();
  expect(await watching).toBeGreaterThan(20);
});

test('a reader whose table was replaced, and whose log was cut, before it came to the log, reads anew', async () => {
  using folder = makeFolder();
  const writer = storeIn(folder);
  await writer.update([set('a', 1)], by());
  await writer.fold();
  for (let number = 2; number <= 5; number++) await writer.update([set('a', number)], by());
  let overtaken = 0;
  const { files } = folder;
  const slow: FileSystem = Object.create(files, {
    open: {
      value: async (path: string, mode: 'read') => {
        if (path.endsWith('/log') && overtaken++ === 0) await writer.fold({ keepFrom: 5 });
        return files.open(path, mode);
      },
    },
    stat: { value: (path: string) => files.stat(path) },
  });
  expect(await listed(openLabelStore(slow, folder.path))).toBe('a=5');
  expect(overtaken).toBeGreaterThan(1);
});

test('what is deleted and made again by others is seen with its new value', async () => {
  using folder = makeFolder();
  const [left, right] = [storeIn(folder), storeIn(folder)];
  await left.update([set('a/b', 1)], by());
  await right.update([edit('a/b', { kind: 'delete' }), set('a', 2)], by());
  await expect(left.update([set('a/b', 3)], by())).rejects.toMatchObject({ code: 'LABEL_CLASH' });
  await left.update([edit('a', { kind: 'rename', to: name('a/b') })], by());
  expect(await listed(right)).toBe('a/b=2');
});

/** Several versions as one view: the same in its file system, in archives and in folders. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeText, fromEntries, fromOverlay, initStore, type Store } from '../../src/index.ts';
import { readArchive } from '../../src/tar/archive.ts';

const OLD = 1_400_000_000;
const NEW = 1_500_000_000;
let top: string;
let store: Store;
beforeAll(async () => {
  top = mkdtempSync(join(tmpdir(), 'caskit-composed-'));
  store = await initStore(top);
  for (const [label, timeSeconds] of [
    ['app/v1', OLD],
    ['app/v2', NEW],
  ] as const) {
    const entries = [
      { path: 'bin/run', content: Buffer.from(`run ${label}`), kind: 'executable' as const },
      { path: 'name', content: Buffer.from(label) },
    ];
    await store.commit(label, fromEntries(entries), { timeSeconds });
  }
});
afterAll(async () => {
  await store.close();
  rmSync(top, { recursive: true, force: true });
});

const parts = { 'app/v1': 'app/v1', 'app/v2': 'app/v2', 'tools/run': 'app/v1:bin' };

describe('viewOf()', () => {
  test('has each part at its path, with its own time, in the file system', async () => {
    const { fs } = await store.viewOf(parts);
    expect(fs.readdirSync('/', { recursive: true }).map(String).toSorted()).toEqual([
      'app',
      'app/v1',
      'app/v1/bin',
      'app/v1/bin/run',
      'app/v1/name',
      'app/v2',
      'app/v2/bin',
      'app/v2/bin/run',
      'app/v2/name',
      'tools',
      'tools/run',
      'tools/run/run',
    ]);
    expect(fs.readFileSync('/tools/run/run', 'utf8')).toBe('run app/v1');
    expect(await fs.promises.readFile('/app/v2/name', 'utf8')).toBe('app/v2');
    const times = ['/', '/app', '/app/v1', '/app/v1/bin/run', '/app/v2/name', '/tools/run/run'];
    expect(times.map((path) => fs.statSync(path).mtimeMs / 1000)).toEqual([NEW, NEW, OLD, OLD, NEW, OLD]);
    expect(fs.lstatSync('/app/v1', { bigint: true }).mtimeNs).toBe(BigInt(OLD) * 1_000_000_000n);
  });

  test('has them so in a tar, a folder and a volume', async () => {
    const view = await store.viewOf(parts);
    const found = new Map<string, number | undefined>();
    for await (const { path, modifiedSeconds } of readArchive(view.tar({ prefix: 'p' })))
      found.set(decodeText(path)!, modifiedSeconds);
    expect([...found].slice(0, 6)).toEqual([
      ['p', NEW],
      ['p/app', NEW],
      ['p/app/v1', OLD],
      ['p/app/v1/bin', OLD],
      ['p/app/v1/bin/run', OLD],
      ['p/app/v1/name', OLD],
    ]);
    await view.toFolder(join(top, 'out'), { prefix: 'p' });
    const volume = await view.memfs();
    for (const [path, time] of found) {
      expect(statSync(join(top, 'out', path)).mtimeMs, path).toBe(time! * 1000);
      if (path !== 'p') expect(volume.statSync(path.slice(1)).mtimeMs, path).toBe(time! * 1000);
    }
    await expect(
      view.updateFolder(join(top, 'out'), { prefix: 'p', extra: 'remove' }),
    ).resolves.toMatchObject({
      files: 0,
      unchanged: 5,
      removed: 0,
    });
  });

  test('is a tree like others: it can be written over and committed', async () => {
    const view = await store.viewOf(parts);
    const overlay = view.overlay();
    overlay.writeFileSync('/tools/new', 'new');
    await store.commit('all', fromOverlay(overlay));
    expect((await store.view('all')).fs.readFileSync('/app/v2/bin/run', 'utf8')).toBe('run app/v2');
    expect((await store.view('all:tools')).fs.readdirSync('/')).toEqual(['new', 'run']);
  });

  test('of nothing is empty, and bad paths are refused', async () => {
    expect((await store.viewOf({})).fs.readdirSync('/')).toEqual([]);
    const bad: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
      [{ '': 'app/v1' }, 'PATH_INVALID'],
      [{ '../up': 'app/v1' }, 'PATH_INVALID'],
      [{ a: 'app/v1', 'a/b': 'app/v2' }, 'PATH_CLASH'],
      [{ a: 'app/v1', './a/': 'app/v2' }, 'PATH_CLASH'],
      [{ a: 'gone' }, 'REVISION_NOT_FOUND'],
      [{ a: 'app/v1:name' }, 'NO_TREE'],
    ];
    for (const [given, code] of bad) await expect(store.viewOf(given)).rejects.toMatchObject({ code });
  });
});

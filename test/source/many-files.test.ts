/** Folders so large that other threads help: the same trees come out, and what goes wrong there goes wrong cleanly. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeFiles } from '../../src/files/node-files.ts';
import { fromFolder } from '../../src/source/folder.ts';
import { noise } from '../arbitraries/contents.ts';
import { buildLibrary } from '../fakes/built-library.ts';
import { watchFiles } from './watched-files.ts';
import { openWorkshop } from './workshop.ts';

const FILES = 2400;

let top = '';
let folder = '';

beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), 'caskit-many-'));
  folder = join(top, 'folder');
  for (let number = 0; number < FILES; number++) {
    const place = join(folder, `d${number % 40}`, `e${number % 7}`);
    if (number < 280) mkdirSync(place, { recursive: true });
    const content = number % 10 === 0 ? 'the same\n' : `file ${number}\n`.repeat(number % 200);
    writeFileSync(join(place, `f${number}`), content);
  }
  writeFileSync(join(folder, 'long'), noise(3_000_000));
  writeFileSync(join(folder, 'd1', 'long-text'), 'a line of some length\n'.repeat(100_000));
  chmodSync(join(folder, 'd1', 'long-text'), 0o755);
  for (let number = 0; number < 12; number++)
    writeFileSync(join(folder, `m${number}`), noise(200_000, number));
  symlinkSync('long', join(folder, 'link'));
  mkdirSync(join(folder, 'empty'));
});

afterAll(() => rmSync(top, { recursive: true }));

async function treeBySteps(): Promise<string> {
  await using workshop = await openWorkshop();
  const files = watchFiles(nodeFiles(), () => {});
  const { root, entries } = await workshop.take(fromFolder(folder, { files }));
  expect(entries).toBe(FILES + 15);
  return root.id;
}

function makeFolder(name: string): string {
  mkdirSync(join(top, name));
  return join(top, name);
}

const packFolder = (store: string): string[] => readdirSync(join(store, '.cas', 'objects', 'pack'));

describe('A folder of thousands of files', () => {
  test('is the same tree by threads, by one thread, and file by file', async () => {
    const expected = await treeBySteps();
    const { initStore, fromFolder: fromMany } = await buildLibrary(join(top, 'with-worker'));
    const store = makeFolder('store-a');
    await using first = await initStore(store);
    const { tree } = await first.commit('v', fromMany(folder));
    expect(tree).toBe(expected);
    const findings: unknown[] = [];
    for await (const finding of first.fsck()) findings.push(finding);
    expect(findings).toEqual([]);
    expect(packFolder(store).map((name) => name.replace(/^pack-\w+/, ''))).toEqual([
      '.idx',
      '.meta',
      '.pack',
    ]);
    const again = await first.commit('v', fromMany(folder));
    expect(again.kind).toBe('unchanged');
    await using workshop = await openWorkshop();
    expect((await workshop.take(fromFolder(folder))).root.id).toBe(expected);
  });

  test('fails cleanly where a thread dies, and a commit after that succeeds', async () => {
    const { initStore, fromFolder: fromMany } = await buildLibrary(join(top, 'with-dying'), {
      'import-worker': 'process.exit(1);',
    });
    const store = makeFolder('store-b');
    await using opened = await initStore(store);
    const failed = opened.commit('v', fromMany(folder));
    await expect(failed).rejects.toMatchObject({ name: 'SystemError', code: 'WORKER_FAILED' });
    expect(packFolder(store).filter((name) => name.startsWith('tmp_'))).toEqual([]);
    const sound = await buildLibrary(join(top, 'with-worker-again'));
    await using reopened = await sound.openStore(store);
    const { tree } = await reopened.commit('v', sound.fromFolder(folder));
    expect(tree).toBe(await treeBySteps());
  });

  test('stops where it is told to, and leaves no temporary file', async () => {
    const { initStore, fromFolder: fromMany } = await buildLibrary(join(top, 'with-stop'));
    const store = makeFolder('store-c');
    await using opened = await initStore(store);
    const stop = new AbortController();
    const onProgress = (): void => stop.abort();
    const stopped = opened.commit('v', fromMany(folder), { signal: stop.signal, onProgress });
    await expect(stopped).rejects.toThrow(/abort/i);
    expect(packFolder(store).filter((name) => name.startsWith('tmp_'))).toEqual([]);
  });
});

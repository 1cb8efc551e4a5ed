/** What a clone leaves where it fails. */
import { createFsFromVolume, Volume } from 'memfs';
import { expect, test } from 'vitest';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { cloneStore, fromEntries, initStore, openStore } from '../../src/index.ts';

function memoryFiles(...folders: readonly string[]): FileSystem {
  const volume = Volume.fromJSON(Object.fromEntries(folders.map((folder) => [`${folder}/.keep`, ''])));
  return nodeFiles(createFsFromVolume(volume) as never);
}

async function namesIn(files: FileSystem, path: string): Promise<string[]> {
  return ((await files.list(path)) ?? []).map(({ name }) => Buffer.from(name).toString());
}

/** A store in `/far` with the file `d/a` under the label `x`. */
async function makeFar(files: FileSystem): Promise<void> {
  await using far = await initStore('/far', { files });
  await far.commit('x', fromEntries([{ path: 'd/a', content: 'a' }]));
}

test('a clone of which nothing came leaves nothing, and no folder of others goes', async () => {
  const files = memoryFiles('/x/mine');
  for (const url of ['/nowhere', 'ftp://host/store'])
    for (const folder of ['/x/new', '/x/mine'])
      await expect(cloneStore(url, folder, { files })).rejects.toMatchObject({
        code: expect.stringMatching(/STORE_NOT_FOUND|URL_INVALID/),
      });
  expect(await namesIn(files, '/x')).toEqual(['mine']);
  expect(await namesIn(files, '/x/mine')).toEqual(['.keep']);
});

test('a clone that is asked for again never removes what is there', async () => {
  const files = memoryFiles('/far', '/x/bare');
  await makeFar(files);
  const first = await cloneStore('/far', '/x/new', { files, paths: ['d'] });
  await first.store.commit('mine', fromEntries([{ path: 'm', content: 'm' }]));
  await first.store.close();
  await using bare = await initStore('/x/bare', { files });
  await bare.remotes.add('origin', '/far');
  const id = await bare.put('something');
  await bare.flush();
  await files.rename('/far', '/gone');
  for (const folder of ['/x/new', '/x/bare'])
    await expect(cloneStore('/far', folder, { files, paths: ['d'] })).rejects.toMatchObject({
      code: 'STORE_NOT_FOUND',
    });
  await using again = await openStore('/x/new', { files });
  expect((await again.labels.list()).map(({ name }) => name)).toEqual(['mine', 'remotes/origin/x', 'x']);
  expect(Buffer.from(await bare.get(id)).toString()).toBe('something');
});

test('a clone goes on where a path was not there, and however its URL is written', async () => {
  const files = memoryFiles('/far');
  await makeFar(files);
  await expect(cloneStore('/far', '/new', { files, paths: ['e'] })).rejects.toMatchObject({
    code: 'PATH_NOT_FOUND',
    message: "cannot find 'remotes/origin/x:e': no 'e' in the set",
  });
  const { store, advanced } = await cloneStore('/./far/', '/new', { files, paths: ['d'] });
  await using _ = store;
  expect(advanced).toMatchObject([{ name: 'x', kind: 'unchanged' }]);
  const { id } = await store.resolve('x:d/a');
  expect(Buffer.from(await store.get(id)).toString()).toBe('a');
});

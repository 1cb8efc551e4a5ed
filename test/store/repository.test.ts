/** Where stores are made, by one and by two at once. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { nodeFiles } from '../../src/files/node-files.ts';
import { fromEntries, initStore, openStore, SystemError } from '../../src/index.ts';
import { watchFiles } from '../source/watched-files.ts';

const top = mkdtempSync(join(tmpdir(), 'caskit-store-'));
afterAll(() => rmSync(top, { recursive: true }));

test('initStore() makes a store in what a symlink leads to, and nowhere else', async () => {
  const at = (name: string): string => join(top, name);
  mkdirSync(at('disk'));
  symlinkSync('disk', at('link'));
  symlinkSync('nowhere', at('loose'));
  await using made = await initStore(at('link'));
  await using found = await openStore(at('disk'));
  expect(found.id).toBe(made.id);
  symlinkSync('disk/.cas', at('.cas'));
  await using linked = await openStore(top); // what it writes, it syncs in the folder that is meant
  await linked.setSetting('user.name', 'Ann');
  await linked.commit('a', fromEntries([{ path: 'x', content: '1' }]));
  await using again = await openStore(at('disk'));
  expect(again.settings.get('user.name')).toBe('Ann');
  const error = { name: 'InvalidInputError', code: 'FOLDER_NOT_FOUND' };
  for (const name of ['loose', 'missing']) await expect(initStore(at(name))).rejects.toMatchObject(error);
});

test('initStore() by two at once makes one store, tells the other, and leaves nothing beside it', async () => {
  const folder = join(top, 'twice');
  mkdirSync(folder);
  const ends = await Promise.allSettled([initStore(folder), initStore(folder)]);
  const [lost, ...more] = ends.filter((end) => end.status === 'rejected');
  expect(lost?.reason).toMatchObject({ name: 'ConflictError', code: 'STORE_EXISTS' });
  expect(more).toEqual([]);
  for (const end of ends) if (end.status === 'fulfilled') await end.value.close();
  expect(readdirSync(folder)).toEqual(['.cas']);
});

test('initStore() on a disk that is full leaves nothing behind', async () => {
  const folder = join(top, 'full');
  mkdirSync(folder);
  const files = watchFiles(nodeFiles(), (call) => {
    if (call === 'file.write') throw new SystemError('NO_SPACE', 'cannot write: no space');
  });
  await expect(initStore(folder, { files })).rejects.toMatchObject({ code: 'NO_SPACE' });
  expect(readdirSync(folder)).toEqual([]);
});

/** Where stores are made. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fromEntries, initStore, openStore } from '../../src/index.ts';

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

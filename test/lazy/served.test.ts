/** Contents that a server promises. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { cloneStore, openStore, type Store, serveStores, Tokens } from '../../src/index.ts';
import { contentsOf } from '../bundle/carriage.ts';
import { ask, type Served, serveTeams } from '../server/served.ts';
import { collectFindings } from './lazy-store.ts';

afterEach(() => vi.unstubAllEnvs());

async function cloneLazily(url: string): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), 'caskit-lazy-'));
  const { store } = await cloneStore(url, folder, { contents: 'none' });
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  return store;
}

const urlOf = ({ server }: Pick<Served, 'server'>, name = 'site'): string => `${server.url}/s/${name}`;

test('contents come over http, a request for what is read alone', async () => {
  await using served = await serveTeams();
  const store = await cloneLazily(urlOf(served));
  expect(await collectFindings(store)).toEqual([
    expect.stringMatching(/^info contents-promised .* 3 are not here$/),
  ]);
  const before = served.lines.length;
  expect(await contentsOf(store, 'team/a')).toEqual(await contentsOf(served.store, 'team/a'));
  expect(await contentsOf(store, 'other/b')).toEqual(await contentsOf(served.store, 'other/b'));
  expect(served.lines.length).toBe(before + 3);
  expect(await collectFindings(store)).toEqual([]);
});

test('a server that goes away is told, and asked again once it is back', async () => {
  const served = await serveTeams();
  const { port } = new URL(served.server.url);
  const store = await cloneLazily(urlOf(served));
  const { id } = await store.resolve('team/a:a.txt');
  await store.get((await store.resolve('other/b:b.txt')).id);
  await served.server.close();
  await expect(store.get(id)).rejects.toMatchObject({
    code: 'PEER_UNREACHABLE',
    message: expect.stringContaining(`object '${id}' is not here, and 'origin', which promises it`),
  });
  await using back = await serveStores({ site: served.store.path }, { port: Number(port) });
  expect(back.url).toBe(served.server.url);
  expect(await store.get(id)).toEqual(await served.store.get(id));
  await served[Symbol.asyncDispose]();
});

test('who may read some labels gets their contents, and no others by their ids', async () => {
  await using served = await serveTeams();
  const secret = (await served.store.resolve('other/b:b.txt')).id;
  const tokens = new Tokens(served.store.path);
  vi.stubEnv('CAS_TOKEN', await tokens.add({ name: 'team', scope: 'read', labels: ['team/*'] }));
  const store = await cloneLazily(urlOf(served));
  expect(await contentsOf(store, 'team/a')).toEqual(await contentsOf(served.store, 'team/a'));
  await expect(store.get(secret)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  vi.stubEnv('CAS_TOKEN', `cas_${'x'.repeat(43)}`);
  const again = await cloneLazily(urlOf(served)).catch((error: unknown) => error);
  expect(again).toMatchObject({ code: 'ACCESS_DENIED' });
});

test('a store without contents that is served gives what its visitors ask for', async () => {
  await using served = await serveTeams();
  const middle = await cloneLazily(urlOf(served));
  await using mirror = await serveStores({ mirror: middle.path });
  const { text } = await ask(`${mirror.url}/s/mirror/label/team/a/a.txt`);
  expect(text).toBe('of the team\n');
  const far = await cloneLazily(`${mirror.url}/s/mirror`);
  const { id } = await far.resolve('other/b:b.txt');
  await expect(far.get(id)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  const whole = await mkdtemp(join(tmpdir(), 'caskit-lazy-'));
  onTestFinished(() => rm(whole, { recursive: true }));
  const { store } = await cloneStore(`${mirror.url}/s/mirror`, whole);
  expect(await contentsOf(store, 'other/b')).toEqual(await contentsOf(served.store, 'other/b'));
  await store.close();
  await using again = await openStore(middle.path);
  expect(await collectFindings(again)).toEqual([]);
});

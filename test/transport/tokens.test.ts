/** Tokens: which one is for whom, and where none is sent. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeFiles } from '../../src/files/node-files.ts';
import { findToken, tokenFileOf } from '../../src/transport/tokens.ts';

let folder = '';
const environment = (more: Record<string, string> = {}): Record<string, string> => ({
  XDG_CONFIG_HOME: folder,
  ...more,
});
const tokenOf = (url: string, more: Record<string, string> = {}): Promise<string | undefined> =>
  findToken(new URL(url), { environment: environment(more), files: nodeFiles() });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caskit-'));
  await mkdir(join(folder, 'cas'));
  const lines = [
    '# tokens',
    'https://host/ of-host',
    'https://host/s/a of-a',
    'https://host/s/a/b of-b',
    'https://host:8443/s/a of-port',
    'not-a-url of-nobody',
    'https://host/s/quoted "x"',
    '',
  ];
  await writeFile(join(folder, 'cas/tokens'), lines.join('\r\n'), { mode: 0o600 });
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  ['https://host/s/a', 'of-a'],
  ['https://host/s/a/b', 'of-b'],
  ['https://host/s/ab', 'of-host'],
  ['https://host:8443/s/a', 'of-port'],
  ['https://host:8443/s/c', undefined],
  ['https://other/s/a', undefined],
  ['http://host/s/a', undefined],
])('the token for %s is %s', async (url, token) => {
  expect(await tokenOf(url)).toBe(token);
});

test('CAS_TOKEN is for whoever is asked', async () => {
  expect(await tokenOf('https://host/s/a', { CAS_TOKEN: 'mine' })).toBe('mine');
});

test('where no file of tokens is, there is no token', async () => {
  expect(await tokenOf('https://host/s/a', { XDG_CONFIG_HOME: join(folder, 'absent') })).toBeUndefined();
});

test('a token goes over an open line to this machine only, unless somebody insists', async () => {
  const mine = { CAS_TOKEN: 'mine' };
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3:80', '[::1]:8080'])
    expect(await tokenOf(`http://${host}/s/a`, mine)).toBe('mine');
  for (const host of ['host', 'localhost.example', '127.0.0.1.example', '128.0.0.1', '[::2]'])
    await expect(tokenOf(`http://${host}/s/a`, mine)).rejects.toMatchObject({ code: 'TOKEN_EXPOSED' });
  expect(await tokenOf('http://host/s/a', { ...mine, CAS_INSECURE_TOKEN: '1' })).toBe('mine');
});

test('what is no token is not told either', async () => {
  for (const token of ['a b', 'a\r\nX: y', 'ü', 'x'.repeat(5000)]) {
    const failure = tokenOf('https://host/s/a', { CAS_TOKEN: token });
    await expect(failure).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    await expect(failure).rejects.not.toThrow(token);
  }
  await expect(tokenOf('https://host/s/quoted')).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
});

test.skipIf(process.platform === 'win32')('a file of tokens that others may read is not used', async () => {
  const open = join(folder, 'open');
  await mkdir(join(open, 'cas'), { recursive: true });
  await writeFile(join(open, 'cas/tokens'), 'https://host/ x\n', { mode: 0o644 });
  await expect(tokenOf('https://host/s/a', { XDG_CONFIG_HOME: open })).rejects.toMatchObject({
    code: 'TOKEN_EXPOSED',
  });
});

test.skipIf(process.platform === 'win32')('a file of tokens may lie elsewhere', async () => {
  const linked = join(folder, 'linked');
  await mkdir(join(linked, 'cas'), { recursive: true });
  await symlink(join(folder, 'cas/tokens'), join(linked, 'cas/tokens'));
  expect(await tokenOf('https://host/s/a', { XDG_CONFIG_HOME: linked })).toBe('of-a');
});

test.skipIf(process.platform === 'win32')('tokenFileOf() is in the home where nothing else is said', () => {
  expect(tokenFileOf({ HOME: '/home/ann' })).toBe('/home/ann/.config/cas/tokens');
});

/** Stores on other machines, through an ssh that runs on this one. */
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { Peer } from '../../src/sync/peer.ts';
import { parseAddress, type SshAddress } from '../../src/transport/address.ts';
import { sshCommand } from '../../src/transport/ssh-words.ts';
import { peerAt } from './peers.ts';

const fake = (name: string): string => `"${process.execPath}" '${resolve('test/fakes', name)}'`;
const environment = { CAS_SSH: fake('ssh.mjs'), CAS_REMOTE_COMMAND: fake('far-end.mjs') };
const PATIENCE = { stallMs: 5000, workMs: 5000 };

const peerOf = (url: string, lines: string[] = []): Promise<Peer> =>
  peerAt(url, { environment, patience: PATIENCE, onComplaint: (line) => lines.push(line) });

const wordsOf = (url: string, more: Record<string, string> = {}): readonly string[] =>
  sshCommand(parseAddress(url) as SshAddress, more).words;

test('sshCommand() names the machine, and the store to a shell there', () => {
  expect(wordsOf('ssh://ann@host:2222/a b')).toEqual([
    '-T',
    '-p',
    '2222',
    'ann@host',
    '--',
    "cas serve --stdio '/a b'",
  ]);
  expect(wordsOf('host:a')).toEqual(['-T', 'host', '--', "cas serve --stdio 'a'"]);
  expect(wordsOf('host:-x')).toEqual(['-T', 'host', '--', "cas serve --stdio './-x'"]);
  expect(wordsOf('[::1]:a', { CAS_REMOTE_COMMAND: '/opt/cas' })).toEqual([
    '-T',
    '::1',
    '--',
    "/opt/cas serve --stdio 'a'",
  ]);
});

test('sshCommand() takes CAS_SSH as words, some of them in quotes', () => {
  const command = sshCommand(parseAddress('host:a') as SshAddress, {
    CAS_SSH: ` "/opt/my ssh" -i '/a key' -o Port="2 2"x `,
  });
  expect(command.program).toBe('/opt/my ssh');
  expect(command.words.slice(0, 5)).toEqual(['-i', '/a key', '-o', 'Port=2 2x', '-T']);
  expect(() => sshCommand(parseAddress('host:a') as SshAddress, { CAS_SSH: '  ' })).toThrow(
    expect.objectContaining({ code: 'SSH_COMMAND_INVALID' }) as Error,
  );
});

test.each(["'; touch /x; '", '$(touch /x)', '`touch /x`', 'a!b', "a'b\\'c", '*', '\\'])(
  'a shell takes the path %s for one word',
  (path) => {
    const command = wordsOf(`host:${path}`).at(-1)!.replace('cas serve --stdio', 'printf %s');
    expect(execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' })).toBe(path);
  },
);

test('several requests go over one connection', async () => {
  const lines: string[] = [];
  await using peer = await peerAt('ssh://ann@host:22/a', {
    environment: { ...environment, CAS_SSH: `env FAKE_SSH_TELLS=1 ${environment.CAS_SSH}` },
    onComplaint: (line) => lines.push(line),
  });
  for (let count = 0; count < 3; count++) expect(await peer.listLabels()).toEqual([]);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { T: true, p: '22', host: 'ann@host', command: [`${environment.CAS_REMOTE_COMMAND} serve --stdio '/a'`] },
  ]);
});

test('what the other end complains of is passed on, line by line', async () => {
  const lines: string[] = [];
  {
    await using peer = await peerOf('host:complaining', lines);
    expect(await peer.listLabels()).toEqual([]);
  }
  await expect.poll(() => lines.length).toBeGreaterThanOrEqual(4);
  expect(lines.slice(0, 4)).toEqual(['one', '%1B[2Jtwo', 'x'.repeat(1000), 'x'.repeat(1000)]);
});

test.each([
  ['nowhere:a', 'PEER_UNREACHABLE', /ended with 255: ssh: Could not resolve hostname nowhere/],
  ['host:dying', 'PEER_UNREACHABLE', /ended with 5: cas: no store there/],
  ['host:greeting', 'PEER_INVALID', /'host:greeting' is no store: it begins with 'Welcome to this machine/],
  ['host:greeting for ever', 'TRANSFER_CUT', /no answer came within 1 seconds/],
  ['host:silent', 'TRANSFER_CUT', /no answer came within 1 seconds/],
  ['host:complaining for ever', 'TRANSFER_CUT', /no answer came within 1 seconds/],
  ['host:closing its mouth', 'TRANSFER_CUT', /the connection ended/],
  ['host:closing its ears', 'TRANSFER_CUT', /the connection ended|no answer came/],
])('%s is an error', async (url, code, message) => {
  await using peer = await peerAt(url, { environment, patience: { stallMs: 1000 } });
  const failure = await peer.listLabels().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code, message: expect.stringMatching(message) as string });
});

test('a machine without the command says so', async () => {
  await using peer = await peerAt('host:a', {
    environment: { ...environment, CAS_REMOTE_COMMAND: 'no-such' },
  });
  await expect(peer.listLabels()).rejects.toMatchObject({
    code: 'PEER_UNREACHABLE',
    hint: expect.stringContaining('CAS_REMOTE_COMMAND') as string,
  });
});

test('without an ssh there is no way', async () => {
  await using peer = await peerAt('host:a', { environment: { CAS_SSH: '/no/such/ssh' } });
  await expect(peer.listLabels()).rejects.toMatchObject({
    code: 'PEER_UNREACHABLE',
    hint: expect.stringContaining('CAS_SSH') as string,
  });
});

test('where the process ended after an answer, there is another', async () => {
  await using peer = await peerOf('host:once only');
  expect(await peer.listLabels()).toEqual([]);
  expect(await peer.listLabels()).toEqual([]);
});

test('who gives up waits for nobody', async () => {
  await using peer = await peerOf('host:silent');
  const ending = new AbortController();
  const stop = new Error('enough');
  setTimeout(() => ending.abort(stop), 100);
  await expect(peer.listLabels({ signal: ending.signal })).rejects.toBe(stop);
});

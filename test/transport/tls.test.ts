/** Servers that speak TLS, and who says that they are who they are. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contentDigest } from '../../src/wire/content-digest.ts';
import { encodeLabelList } from '../../src/wire/label-list.ts';
import { MEDIA_TYPES } from '../../src/wire/media-type.ts';
import { peerAt } from './peers.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'caskit-tls-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  if (!hasOpenssl) return;
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', at('key'), '-out', at('cert')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
  execFileSync('openssl', [...words, ...names], { stdio: 'ignore' });
});

async function list(host: string, environment: Record<string, string>): Promise<unknown> {
  const document = encodeLabelList([]);
  const headers = { 'Content-Type': MEDIA_TYPES.labels, 'Content-Digest': contentDigest(document) };
  const secrets = { key: readFileSync(at('key')), cert: readFileSync(at('cert')) };
  const server = createServer(secrets, (_, response) => response.writeHead(200, headers).end(document));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  try {
    const { port } = server.address() as AddressInfo;
    await using peer = await peerAt(`https://${host}:${port}/s/here`, { environment });
    return await peer.listLabels();
  } finally {
    server.close();
  }
}

test.skipIf(!hasOpenssl)(
  'a server is trusted whose certificate CAS_CA_FILE has, under its name alone',
  async () => {
    expect(await list('localhost', { CAS_CA_FILE: at('cert') })).toEqual([]);
    const strange = { code: 'PEER_UNREACHABLE', hint: expect.stringContaining('CAS_CA_FILE') as string };
    await expect(list('localhost', {})).rejects.toMatchObject(strange);
    await expect(list('127.0.0.1', { CAS_CA_FILE: at('cert') })).rejects.toMatchObject(strange);
  },
);

test.skipIf(!hasOpenssl)('a file without a certificate is told', async () => {
  for (const path of [at('key'), at('absent')])
    await expect(list('localhost', { CAS_CA_FILE: path })).rejects.toMatchObject({ code: 'CA_FILE_INVALID' });
});

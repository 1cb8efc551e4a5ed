/** Plain reads: files, ranges, folders, labels, archives and objects, as anything that reads URLs asks for them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StoreServer, serveStores } from '../../src/index.ts';
import { type MadeStore, makeStore, sha256 } from '../web/served-store.ts';

let made: MadeStore;
let server: StoreServer;
const lines: string[] = [];
beforeAll(async () => {
  made = await makeStore();
  server = await serveStores({ site: made.folder }, { log: (line) => lines.push(line) });
});
afterAll(async () => {
  await server.close();
  await made[Symbol.asyncDispose]();
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}${path}`, { headers, redirect: 'manual' });
const bytesOf = async (response: Response): Promise<Uint8Array> =>
  new Uint8Array(await response.arrayBuffer());
const urlOf = (label: string, path: string): string =>
  `/s/site/label/${label}/${path.split('/').map(encodeURIComponent).join('/').replace('raw%25FF', 'raw%FF')}`;

test('every file of every label is there, byte by byte, by its name and its id', async () => {
  for (const [label, files] of made.committed) {
    for (const [path, content] of files) {
      const response = await get(urlOf(label, path));
      if (response.status === 302 || ['docs/link', 'up', 'lost', 'loop'].includes(path)) continue;
      expect(response.status, path).toBe(200);
      expect(sha256(await bytesOf(response)), path).toBe(sha256(content));
      if (response.headers.get('content-encoding') === null)
        expect(response.headers.get('etag')).toBe(`"${sha256(content)}"`);
    }
  }
});

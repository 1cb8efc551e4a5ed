/** serve-handler answers requests out of a view. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import serve from 'serve-handler';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { file, folder, symlink } from '../../view/stored-tree.ts';
import { type CountedView, openCountedView } from './counted-view.ts';

const LONG = Array.from({ length: 50_000 }, (_, line) => `line ${line}\n`).join('');
const MEMBERS = [
  folder('docs', [file('guide.html', '<h1>Guide</h1>'), file('long.txt', LONG)]),
  file('index.html', '<h1>Home</h1>'),
  symlink('outside', '../../../etc/passwd'),
  symlink('stable.txt', 'docs/long.txt'),
];

let view: CountedView;
let base = '';
const server = createServer((request, response) => {
  const { createReadStream, promises } = view.fs;
  const { lstat, readdir, realpath } = promises;
  const methods = { createReadStream, lstat, readdir, realpath };
  void serve(request, response, { public: '/', symlinks: true, etag: true }, methods);
});

beforeAll(async () => {
  view = await openCountedView(MEMBERS);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

test('lists a folder without a look into its files', async () => {
  const response = await fetch(`${base}/docs`, { headers: { accept: 'application/json' } });
  const { files } = (await response.json()) as { files: { base: string; size?: string }[] };
  expect(files.map(({ base: name, size }) => [name, size])).toEqual([
    ['..', undefined],
    ['guide.html', '14 B'],
    ['long.txt', '526 KB'],
  ]);
  expect(view.reads().contents).toBe(0);
});

test('sends a file with its type, length and tag, and a part of one', async () => {
  const index = await fetch(`${base}/`);
  expect(index.headers.get('content-type')).toMatch('text/html');
  expect(await index.text()).toBe('<h1>Home</h1>');
  const whole = await fetch(`${base}/docs/long.txt`);
  expect(whole.headers.get('content-length')).toBe(String(LONG.length));
  expect(await whole.text()).toBe(LONG);
  const part = await fetch(`${base}/docs/long.txt`, { headers: { range: 'bytes=100000-100099' } });
  expect([part.status, await part.text()]).toEqual([206, LONG.slice(100_000, 100_100)]);
  const etag = whole.headers.get('etag') ?? '';
  const again = await fetch(`${base}/docs/long.txt`, { headers: { 'if-none-match': etag } });
  expect(again.status).toBe(304);
});

test('follows symlinks within the view, and finds nothing outside', async () => {
  expect(await (await fetch(`${base}/stable.txt`)).text()).toBe(LONG);
  expect((await fetch(`${base}/outside`)).status).toBe(404);
  expect((await fetch(`${base}/..%2f..%2fetc/passwd`)).status).toBeGreaterThanOrEqual(400);
  expect((await fetch(`${base}/none`)).status).toBe(404);
});

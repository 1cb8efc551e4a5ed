/** Servers that are measured run beside a harness that awaits nothing, and bytes to them are counted. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { Bench } from '../../bench/measure.mjs';
import { whileServing } from '../../bench/tools/server.mjs';

const folder = mkdtempSync(join(tmpdir(), 'cas-bench-'));
const bench = new Bench(folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = (text: string): string[] => [process.execPath, '-e', text];

/** Answers every connection with a thousand bytes, once it has said something. */
const SERVER = program(`
  const server = require('node:net').createServer((near) => near.once('data', () => near.end('x'.repeat(1000))));
  server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port + '/s/store'));
`);

/** Says twenty bytes, and prints how many come. */
const client = (url: string): string[] =>
  program(`
    const far = require('node:net').connect(${new URL(url).port}, '127.0.0.1');
    let came = 0;
    far.on('data', (bytes) => { came += bytes.length; }).on('close', () => console.log(came));
    far.end('y'.repeat(20));
  `);

test('whileServing() counts the bytes of a line in both directions, those of each question once', () => {
  whileServing(bench, (start) => {
    const { url, countedUrl, takeMovedBytes } = start(SERVER);
    expect(new URL(countedUrl).pathname).toBe('/s/store');
    expect(takeMovedBytes()).toBe(0);
    for (const asked of [countedUrl, countedUrl, url])
      expect(bench.run({ argv: client(asked) })).toBe('1000\n');
    expect(takeMovedBytes()).toBe(2040);
    bench.run({ argv: client(countedUrl) });
    expect(takeMovedBytes()).toBe(1020);
  });
});

test('whileServing() ends its servers, and throws what its user throws', async () => {
  let served = '';
  const use = () =>
    whileServing(bench, (start) => {
      served = start(SERVER).url;
      throw new Error('no use');
    });
  expect(use).toThrow('no use');
  await vi.waitFor(() => expect(() => bench.run({ argv: client(served) })).toThrow('ECONNREFUSED'));
});

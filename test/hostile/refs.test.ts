/** Files of a store that somebody replaced: folders, links, pipes, and gigabytes of nothing. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromEntries, openStore } from '../../src/index.ts';
import { codeOf, findingsOf, rawStore } from './raw-store.ts';

const IN_PLACE: Readonly<Record<string, (path: string) => void>> = {
  'a folder': (path) => mkdirSync(path),
  'a symlink': (path) => symlinkSync('/etc/passwd', path),
  'a symlink to nothing': (path) => symlinkSync('/nowhere', path),
  'a pipe': (path) => void execFileSync('mkfifo', [path]),
  'a gigabyte of zeros': (path) => sparse(path, 2 ** 30),
  'a terabyte of zeros': (path) => sparse(path, 2 ** 40),
};

function sparse(path: string, bytes: number): void {
  writeFileSync(path, '');
  truncateSync(path, bytes);
}

async function committed(): Promise<string> {
  const root = await rawStore();
  await using store = await openStore(root);
  await store.commit('x', fromEntries([{ path: 'f', content: 'abc' }]));
  return root;
}

async function readersOf(root: string): Promise<string[]> {
  await using store = await openStore(root);
  const log = async (): Promise<void> => {
    for await (const _ of store.log('x'));
  };
  return [await codeOf(() => store.labels.list()), await codeOf(log), await codeOf(() => store.stats())];
}

const FINDING_OF = {
  log: 'label-log-corrupt',
  labels: 'label-log-corrupt',
  horizon: 'horizon-corrupt',
} as const;
const CODES = ['LABEL_LOG_CORRUPT', 'LABEL_TABLE_CORRUPT', 'HORIZON_CORRUPT', 'NOT_A_FILE'];

describe.each(Object.keys(FINDING_OF) as (keyof typeof FINDING_OF)[])("'refs/%s'", (name) => {
  test.each(Object.entries(IN_PLACE))('that is %s is found, and no reader trusts it', async (_, make) => {
    const root = await committed();
    const path = join(root, 'refs', name);
    rmSync(path, { force: true });
    make(path);
    const before = process.memoryUsage().rss;
    const codes = await readersOf(root);
    expect(codes.slice(1).every((code) => CODES.includes(code))).toBe(true);
    expect((await findingsOf(root)).map(({ id }) => id)).toEqual([FINDING_OF[name]]);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
  });
});

test("a store without 'refs' has lost its labels, and says so", async () => {
  const root = await committed();
  rmSync(join(root, 'refs'), { recursive: true });
  expect(await codeOf(() => openStore(root))).toBe('REFS_MISSING');
  mkdirSync(join(root, 'refs'));
  expect(await codeOf(() => openStore(root))).toBe('OK');
});

describe("'config.json'", () => {
  test.each(Object.entries(IN_PLACE))('that is %s is refused', async (_, make) => {
    const root = await rawStore();
    rmSync(join(root, 'config.json'));
    make(join(root, 'config.json'));
    expect(['NOT_A_FILE', 'CONFIG_INVALID']).toContain(await codeOf(() => openStore(root)));
  });

  const CHANGES: Readonly<Record<string, readonly [change: (text: string) => string, code: string]>> = {
    'no JSON': [() => 'hello', 'CONFIG_INVALID'],
    'over 64 KiB': [(text) => `${text}${' '.repeat(70_000)}`, 'CONFIG_INVALID'],
    'a byte order mark': [(text) => `\ufeff${text}`, 'CONFIG_INVALID'],
    'a prototype': [(text) => text.replace('{', '{"__proto__":{"format":1},'), 'CONFIG_INVALID'],
    'a prototype among settings': [
      (text) => text.replace('"settings": {', '"settings": {"__proto__":{"x":1}'),
      'CONFIG_INVALID',
    ],
    'a nesting of 60,000': [() => '['.repeat(60_000), 'CONFIG_INVALID'],
    'a format in quotes': [(text) => text.replace('"format": 1', '"format": "1"'), 'CONFIG_INVALID'],
    'a format of 1e400': [(text) => text.replace('"format": 1', '"format": 1e400'), 'CONFIG_INVALID'],
    'format 2': [(text) => text.replace('"format": 1', '"format": 2'), 'FORMAT_TOO_NEW'],
    'an unknown need': [
      (text) => text.replace('"requires": []', '"requires": ["\\u001b[31mx"]'),
      'REQUIREMENT_UNKNOWN',
    ],
    'a path as id': [(text) => text.replace(/"id": "[^"]*"/, '"id": "../x"'), 'CONFIG_INVALID'],
  };
  test.each(Object.entries(CHANGES))('with %s is refused', async (_, [change, code]) => {
    const root = await rawStore();
    const path = join(root, 'config.json');
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    expect(await codeOf(() => openStore(root))).toBe(code);
  });
});

/** The front door for pages, bundled as a page's author would, in a real browser, on a store that is served as files. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareText } from '../../src/bytes/compare.ts';
import type { PageCalls, Surveyed } from './page.ts';
import {
  type MadeStore,
  makeStore,
  type ServerOptions,
  type StaticServer,
  serve,
  sha256,
} from './served-store.ts';

/** Debian's name of it, and that of others. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const executablePath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find((path) => existsSync(path));

async function bundle(entry: string): Promise<string> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
  expect(outside).toEqual([]);
  return outputFiles[0]!.text;
}

test('the bundle for browsers imports nothing, and needs no Buffer and no other global of Node', async () => {
  const code = (await bundle('src/browser.ts')).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  expect(code).not.toMatch(/\bimport\b\s*[("'{*]|\brequire\(/);
  expect(code).not.toMatch(/(?<![.\w'"])(?:Buffer|setImmediate|__dirname|__filename)\b(?!["'])/);
  expect(code.length).toBeGreaterThan(10_000);
});

/** Calls one of the page's functions there. */
function call<Name extends keyof PageCalls>(
  page: Page,
  name: Name,
  ...given: Parameters<PageCalls[Name]>
): ReturnType<PageCalls[Name]> {
  return page.evaluate(`calls.${name}(...${JSON.stringify(given)})`) as ReturnType<PageCalls[Name]>;
}

const byPath = ([left]: Surveyed, [right]: Surveyed): number => compareText(left, right);

const HTML = '<!doctype html><script type="module" src="page.js"></script>';

describe.skipIf(executablePath === undefined && !process.env['CI'])('in Chromium', () => {
  let made: MadeStore;
  let browser: Browser;
  let pages: ServerOptions['pages'] & object;

  beforeAll(async () => {
    if (executablePath === undefined) throw new Error(`none of ${NAMES.join(', ')} is installed`);
    made = await makeStore();
    pages = {
      '/': { type: 'text/html', body: HTML },
      '/strict': { type: 'text/html', body: HTML, policy: "script-src 'self'" },
      '/page.js': { type: 'text/javascript', body: await bundle('test/web/page.ts') },
    };
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  });

  afterAll(async () => {
    await browser?.close();
    await made?.[Symbol.asyncDispose]();
  });

  async function inPage<Value>(
    options: ServerOptions,
    work: (page: Page, server: StaticServer) => Promise<Value>,
    path = '/',
  ): Promise<Value> {
    await using server = await serve(made.folder, { ...options, pages });
    const page = await browser.newPage();
    try {
      await page.goto(server.url + path);
      return await work(page, server);
    } finally {
      await page.close();
    }
  }

  test('every version is what was committed', async () => {
    await inPage({}, async (page, { requests }) => {
      for (const [label, committed] of made.committed) {
        const found = await call(page, 'survey', label);
        const expected = [...committed].map(([path, bytes]) => [path, bytes.length, sha256(bytes)] as const);
        expect(found.toSorted(byPath), label).toEqual(expected.toSorted(byPath));
      }
      expect(requests.every(({ range }) => range !== undefined)).toBe(true);
      expect(requests.filter(({ path }) => path.endsWith('.pack')).length).toBeGreaterThan(0);
    });
  });

  test('a page reads one file of a version with few requests', async () => {
    await inPage({}, async (page, { requests }) => {
      const text = await call(page, 'readText', 'release/v3', 'docs/read me.txt');
      expect(text).toBe('of version 3\n');
      expect(requests.length).toBeLessThanOrEqual(16);
    });
  });

  test('a page whose policy forbids WebAssembly reads the same, by JavaScript alone', async () => {
    await inPage(
      {},
      async (page) => {
        const found = await call(page, 'survey', 'release/v1');
        const expected = [...made.committed.get('release/v1')!];
        expect(found.map(([path, , hex]) => `${path} ${hex}`).sort(compareText)).toEqual(
          expected.map(([path, bytes]) => `${path} ${sha256(bytes)}`).sort(compareText),
        );
      },
      '/strict',
    );
  });

  test('a damaged byte is refused', async () => {
    const change = (path: string, bytes: Uint8Array): Uint8Array => {
      const changed = Uint8Array.from(bytes);
      if (path.endsWith('.pack')) for (let at = 500; at < changed.length - 40; at += 4000) changed[at]! ^= 1;
      return changed;
    };
    expect(await inPage({ change }, (page) => call(page, 'fault', 'release/v1'))).toBe('OBJECT_CORRUPT');
    expect(await inPage({}, (page) => call(page, 'fault', 'release/v1'))).toBeUndefined();
  });
});

/** Glob libraries over a view find what they find on a disk, and read trees only. */
import * as nodeFs from 'node:fs';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastGlob from 'fast-glob';
import { glob, globSync } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryStore } from '../../../src/odb/memory-store.ts';
import { writeFolder } from '../../../src/view/to-folder.ts';
import type { Member } from '../../arbitraries/trees.ts';
import { file, folder, program, storeMembers, symlink } from '../../view/stored-tree.ts';
import { type CountedView, openCountedView } from './counted-view.ts';

const MEMBERS: readonly Member[] = [
  folder('.config', [file('settings.json', '{}')]),
  file('.hidden', 'dot'),
  folder('[brackets]', [file('a{b}.js', '1')]),
  file('a.js', '1'),
  folder('empty'),
  symlink('gone', 'nowhere'),
  folder('lib', [
    file('b.js', '2'),
    file('c.txt', '3'),
    folder('deep', [file('d.js', '4'), symlink('up', '../b.js')]),
  ]),
  symlink('linked', 'lib'),
  program('run'),
  file('übung.js', '5'),
];

/** On a disk they are looked for below a folder, in a view below `/`. */
interface Site {
  readonly cwd: string;
  readonly fs: Partial<Omit<typeof nodeFs, 'promises'>>;
}

type Search = (pattern: string, site: Site) => string[] | Promise<string[]>;

const SEARCHES: Readonly<Record<string, Search>> = {
  'fast-glob': (pattern, site) => fastGlob(pattern, site),
  'fast-glob, at once': (pattern, site) => fastGlob.sync(pattern, site),
  'fast-glob, as a stream': async (pattern, site) => collectText(fastGlob.stream(pattern, site)),
  'fast-glob, dots and folders': (pattern, site) =>
    fastGlob(pattern, { ...site, dot: true, onlyFiles: false, markDirectories: true }),
  'fast-glob, no links followed': (pattern, site) =>
    fastGlob(pattern, { ...site, followSymbolicLinks: false }),
  'fast-glob, with stats': async (pattern, site) => {
    const found = await fastGlob(pattern, { ...site, stats: true });
    return found.map(({ path, stats }) => `${path} ${stats?.size} ${stats?.mode}`);
  },
  tinyglobby: (pattern, site) => glob(pattern, site),
  'tinyglobby, at once': (pattern, site) => globSync(pattern, site),
  'tinyglobby, dots and folders': (pattern, site) => glob(pattern, { ...site, dot: true, onlyFiles: false }),
  'tinyglobby, no links followed': (pattern, site) => glob(pattern, { ...site, followSymbolicLinks: false }),
};

const PATTERNS = [
  '**/*',
  '**/*.js',
  'lib/**',
  '*',
  'linked/*',
  '\\[brackets\\]/*',
  '**/{b,d}.js',
  '!(lib)/*',
  'nothing/*',
];

async function collectText(stream: AsyncIterable<string | Buffer>): Promise<string[]> {
  const found: string[] = [];
  for await (const path of stream) found.push(String(path));
  return found;
}

describe.each(Object.entries(SEARCHES))('%s', (_, search) => {
  let folderOnDisk = '';
  let view: CountedView;

  beforeAll(async () => {
    folderOnDisk = realpathSync(mkdtempSync(join(tmpdir(), 'caskit-glob-')));
    const objects = memoryStore();
    const { id: treeId } = await storeMembers(objects, MEMBERS);
    await writeFolder({ objects, treeId, timeSeconds: 0 }, join(folderOnDisk, 'tree'));
    view = await openCountedView(MEMBERS);
  });

  afterAll(() => rmSync(folderOnDisk, { recursive: true }));

  test.each(PATTERNS)('%s finds the same as on a disk', async (pattern) => {
    const expected = await search(pattern, { fs: nodeFs, cwd: join(folderOnDisk, 'tree') });
    const found = await search(pattern, { fs: view.fs, cwd: '/' });
    expect(found.toSorted()).toEqual(expected.toSorted());
  });
});

describe('of 10,000 files in 100 folders', () => {
  const two = (at: number): string => String(at).padStart(2, '0');
  const hundred = Array.from({ length: 100 }, (_, at) => two(at));
  const members = hundred.map((outer) =>
    folder(
      `d${outer}`,
      hundred.map((inner) => file(`f${inner}.txt`, `${outer}/${inner}`)),
    ),
  );

  const LISTINGS: Readonly<Record<string, (view: CountedView) => Promise<readonly unknown[]>>> = {
    'fast-glob': ({ fs }) => fastGlob('**/*', { fs, cwd: '/' }),
    'fast-glob, at once': async ({ fs }) => fastGlob.sync('**/*', { fs, cwd: '/' }),
    'fast-glob, with stats': ({ fs }) => fastGlob('**/*', { fs, cwd: '/', stats: true }),
    tinyglobby: ({ fs }) => glob('**/*', { fs, cwd: '/' }),
    'tinyglobby, at once': async ({ fs }) => globSync('**/*', { fs, cwd: '/' }),
    'readdir, recursive': async ({ fs }) => {
      const found = await fs.promises.readdir('/', { recursive: true, withFileTypes: true });
      return found.filter((entry) => entry.isFile());
    },
    'opendir, recursive, with stat': async ({ fs }) => {
      const found: string[] = [];
      for await (const entry of await fs.promises.opendir('/', { recursive: true })) {
        const stats = await fs.promises.stat(join(entry.parentPath, entry.name));
        if (stats.isFile()) found.push(entry.name);
      }
      return found;
    },
  };

  test.each(Object.entries(LISTINGS))('%s reads each tree once, and no content', async (_, list) => {
    const view = await openCountedView(members);
    expect(view.reads()).toEqual({ trees: 0, contents: 0 });
    expect(await list(view)).toHaveLength(10_000);
    expect(view.reads()).toEqual({ trees: 101, contents: 0 });
  });

  test('a pattern that begins in one folder reads that one', async () => {
    const view = await openCountedView(members);
    expect(await fastGlob('d42/*.txt', { fs: view.fs, cwd: '/' })).toHaveLength(100);
    expect(view.reads()).toEqual({ trees: 2, contents: 0 });
  });
});

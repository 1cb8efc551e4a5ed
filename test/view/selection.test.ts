/** What `include` and `exclude` choose of a set, the same in every format. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { memfs } from 'memfs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeText } from '../../src/bytes/text.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { collectBytes } from '../../src/flow/byte-stream.ts';
import { NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import { fromFolder } from '../../src/source/folder.ts';
import { fromTar } from '../../src/source/from-tar.ts';
import { initRepository } from '../../src/store/init-repository.ts';
import type { Repository } from '../../src/store/repository.ts';
import { readArchive } from '../../src/tar/archive.ts';
import { walkTree } from '../../src/tree/walk.ts';
import type { MemberOptions } from '../../src/view/archive-members.ts';
import { openView, type View } from '../../src/view/view.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { anyFolder, anyPlainName, type Member } from '../arbitraries/trees.ts';
import { linesIn } from './export-site.ts';
import { file, folder, raw, storeMembers, symlink } from './stored-tree.ts';

const objects = memoryStore();
let repository: Repository;
let top: string;
beforeAll(async () => {
  const { fs } = memfs({});
  repository = await initRepository('/.cas', { files: nodeFiles(fs), codec: nativeCodec, now: () => 0 });
  top = mkdtempSync(join(tmpdir(), 'caskit-select-'));
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

async function viewOf(members: readonly Member[]): Promise<View> {
  return openView(objects, { treeId: (await storeMembers(objects, members)).id });
}

/** Paths in the tar, folders with a slash. */
async function chosen(members: readonly Member[], options: MemberOptions): Promise<string[]> {
  const paths: string[] = [];
  for await (const { kind, path } of readArchive((await viewOf(members)).tar(options)))
    paths.push(`${decodeText(path)}${kind === 'folder' ? '/' : ''}`);
  return paths;
}

const set = [
  file('README.md'),
  folder('docs', [file('a.md'), folder('img', [file('x.png')]), file('z.txt')]),
  folder('empty'),
  folder('src', [file('main.js'), folder('none'), symlink('readme.md', '../README.md')]),
];

const cases: readonly (readonly [title: string, options: MemberOptions, paths: readonly string[]])[] = [
  [
    'a name in any folder',
    { include: ['*.md'] },
    ['README.md', 'docs/', 'docs/a.md', 'src/', 'src/readme.md'],
  ],
  ['a path from the root', { include: ['/docs/*.md', '/a.md'] }, ['docs/', 'docs/a.md']],
  [
    'a folder, and all in it',
    { include: ['docs/'] },
    ['docs/', 'docs/a.md', 'docs/img/', 'docs/img/x.png', 'docs/z.txt'],
  ],
  [
    'what `include` has, without what `exclude` has',
    { include: ['docs'], exclude: ['*.md', 'img'] },
    ['docs/', 'docs/z.txt'],
  ],
  [
    'an empty folder only where it is chosen itself',
    { include: ['empty', 'main.js'] },
    ['empty/', 'src/', 'src/main.js'],
  ],
  [
    'a folder that all was excluded from',
    { exclude: ['*.*'] },
    ['docs/', 'docs/img/', 'empty/', 'src/', 'src/none/'],
  ],
  ['what a later pattern takes back', { include: ['*.md', '!a.md'] }, ['README.md', 'src/', 'src/readme.md']],
  [
    'what lies below a prefix',
    { include: ['*.js'], prefix: 'p/q' },
    ['p/', 'p/q/', 'p/q/src/', 'p/q/src/main.js'],
  ],
];

describe('include and exclude', () => {
  test.for(cases)('choose %s', async ([, options, paths]) => {
    expect(await chosen(set, options)).toEqual(paths);
  });

  test('take names that are not text as far as they are text', async () => {
    const members = [file(raw('a\xff.md')), file(raw('b\xff.txt'))];
    expect((await chosen(members, { include: ['*.md'] })).length).toBe(1);
  });

  test('are an error where they choose nothing, and nothing is made then', async () => {
    const view = await viewOf(set);
    const error = { name: 'NotFoundError', code: 'NOTHING_CHOSEN' };
    const options = { include: ['*.exe'], prefix: 'p' };
    for (const stream of [view.tar(options), view.tarGz(options), view.zip(options)])
      await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject(error);
    const target = join(top, 'none');
    await expect(view.toFolder(target, options)).rejects.toMatchObject(error);
    expect(linesIn(top)).toEqual([]);
    await expect(view.memfs({ exclude: ['*'] })).rejects.toMatchObject(error);
  });

  test('choose the same in every format', async () => {
    const view = await viewOf(set);
    const options = { include: ['docs', '*.js'], exclude: ['img'] };
    const paths = ['docs/', 'docs/a.md', 'docs/z.txt', 'src/', 'src/main.js'];
    expect(Object.keys((await view.memfs(options)).toJSON())).toEqual(
      paths.filter((path) => !path.endsWith('/')).map((path) => `/${path}`),
    );
    await view.toFolder(join(top, 'same'), { ...options, prefix: 'p/q' });
    expect(linesIn(join(top, 'same')).map((line) => line.split(' ')[0])).toEqual([
      'p/',
      'p/q/',
      ...paths.map((path) => `p/q/${path}`),
    ]);
    const zip = Buffer.from(await collectBytes(view.zip(options)));
    for (const path of paths) expect(zip.includes(path)).toBe(true);
    expect(zip.includes('img')).toBe(false);
  });

  test('exclude from an export what they exclude from a commit', async () => {
    let count = 0;
    const patterns = fc.uniqueArray(fc.constantFrom('a*', '*.b', '/c*', 'd*/', '!a*', '**/e*', '[f-k]*'), {
      maxLength: 3,
    });
    const sets = anyFolder({ names: anyPlainName(), attributes: fc.constant(NO_ATTRIBUTES), maxDepth: 3 });
    await fc.assert(
      fc.asyncProperty(sets, patterns, async (members, exclude) => {
        const view = await viewOf(members);
        const path = join(top, `law-${count++}`);
        await view.toFolder(path);
        const source = fromFolder(path, { exclude, ignoreFiles: 'off' });
        const committed = await source.write({ repository, objects });
        const exported = await collectBytes(view.tar({ exclude })).catch(() => undefined);
        if (exported === undefined) expect(committed.root.sizeBytes + committed.entries).toBe(0);
        else expect((await fromTar(exported).write({ repository, objects })).root).toEqual(committed.root);
      }),
      { numRuns: 100 },
    );
  });

  test('do not read the trees of folders that are excluded', async () => {
    const own = memoryStore();
    const { id } = await storeMembers(own, set);
    const reads: string[] = [];
    const counted = {
      ...own,
      read: async (asked: never, how: never) => (reads.push(asked), own.read(asked, how)),
    };
    const walked: string[] = [];
    for await (const { path } of walkTree(own, id)) walked.push(decodeText(path) ?? '');
    await collectBytes(openView(counted, { treeId: id }).tar({ exclude: ['docs', 'src'] }));
    expect(new Set(reads).size).toBeLessThan(5); // the root, the empty folder, and the file in the root
  });
});

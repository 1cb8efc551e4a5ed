/** That an update makes a folder what a version is, touches nothing else, and leads nowhere else. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { memfs } from 'memfs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatName } from '../../src/bytes/text.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import { fromFolder } from '../../src/source/folder.ts';
import { initRepository } from '../../src/store/init-repository.ts';
import type { FolderGuard } from '../../src/view/held-folder.ts';
import type { UpdateOptions, UpdateSummary } from '../../src/view/update-folder.ts';
import { openView } from '../../src/view/view.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { anyFolder, anyPlainName, type Member } from '../arbitraries/trees.ts';
import { expectUntouched, hooked, linesIn, openSite, type Site } from './export-site.ts';
import { file, folder, program, storeMembers, symlink } from './stored-tree.ts';

const TIME = 1_500_000_000;
const objects = memoryStore();
let site: Site;
let top: string;
let target: string;
let canary: string;
beforeEach(() => {
  site = openSite();
  ({ top, target, canary } = site);
});
afterEach(() => site[Symbol.dispose]());

async function update(members: readonly Member[], options: UpdateOptions = {}): Promise<UpdateSummary> {
  const { id } = await storeMembers(objects, members);
  return openView(objects, { treeId: id, timeSeconds: TIME }).updateFolder(target, options);
}

/** The changes that an update tells of, as lines. */
async function changesOf(members: readonly Member[], options: UpdateOptions = {}): Promise<string[]> {
  const lines: string[] = [];
  await update(members, {
    ...options,
    onChange: ({ kind, path, what }) =>
      lines.push(`${kind} ${formatName(path)}${what === 'folder' ? '/' : ''}`),
  });
  return lines;
}

const set = [
  folder('d', [file('x', '1'), program('y')]),
  folder('empty'),
  file('f', 'new'),
  symlink('l', 'd/x'),
];
const written = ['d/ 755', 'd/x 644 1', 'd/y 755 #!/bin/sh\n', 'empty/ 755', 'f 644 new', 'l -> d/x'];

describe('updateFolder()', () => {
  test('writes all of a set where there is nothing, and nothing the second time', async () => {
    expect(await update(set)).toEqual({
      files: 3,
      folders: 2,
      symlinks: 1,
      bytes: 14,
      unchanged: 0,
      removed: 0,
    });
    expect(linesIn(target)).toEqual(written);
    const before = looksIn(target);
    expect(await update(set)).toEqual({
      files: 0,
      folders: 0,
      symlinks: 0,
      bytes: 0,
      unchanged: 4,
      removed: 0,
    });
    expect(looksIn(target)).toEqual(before);
  });

  test('touches only what differs, and leaves what is not in the set', async () => {
    await update(set);
    for (const [name, text] of [
      ['d/x', '2'],
      ['mine', 'mine'],
      ['d/mine', 'mine'],
    ] as const)
      writeFileSync(join(target, name), text);
    chmodSync(join(target, 'd/y'), 0o644);
    symlinkSync('elsewhere', join(target, 'also-mine'));
    utimesSync(join(target, 'f'), 1, 1);
    const kept = ['f', 'mine', 'd/mine', 'also-mine', 'l', 'empty'].map((name) => look(join(target, name)));
    expect(await changesOf(set)).toEqual(['changed d/x', 'changed d/y']);
    expect(linesIn(target)).toEqual([
      'also-mine -> elsewhere',
      'd/ 755',
      'd/mine 644 mine',
      ...written.slice(1),
      'mine 644 mine',
    ]);
    expect(
      ['f', 'mine', 'd/mine', 'also-mine', 'l', 'empty'].map((name) => look(join(target, name))),
    ).toEqual(kept);
    expect(lstatSync(join(target, 'd')).mtimeMs).toBe(TIME * 1000);
  });

  test('replaces a file by another one, so that a second name of it keeps what it had', async () => {
    mkdirSync(target);
    linkSync(join(canary, 'f'), join(target, 'f'));
    await update([program('f', 'new')]);
    expect(linesIn(target)).toEqual(['f 755 new']);
    expectUntouched(site);
  });

  test('removes, where it may, what is not in the set, and what stands in the way', async () => {
    await update([
      file('d'),
      folder('f', [file('in-the-way')]),
      folder('gone', [file('x')]),
      symlink('old', canary),
    ]);
    await expect(update(set)).rejects.toMatchObject({ name: 'RefusedError', code: 'PATH_OCCUPIED' });
    const told = [
      'removed d',
      'added d/',
      'added d/x',
      'added d/y',
      'added empty/',
      'removed f/in-the-way',
      'removed f/',
      'added f',
      'removed gone/x',
      'removed gone/',
      'removed old',
      'added l',
    ];
    const rehearsed = await changesOf(set, { extra: 'remove', mode: 'rehearse' });
    expect(rehearsed).toEqual(told);
    expect(readdirSync(target).toSorted()).toEqual(['d', 'f', 'gone', 'old']);
    expect(await changesOf(set, { extra: 'remove' })).toEqual(told);
    expect(linesIn(target)).toEqual(written);
    expectUntouched(site);
  });

  test('never removes a store, nor what patterns do not choose, nor what lies beside a prefix', async () => {
    await update(set);
    mkdirSync(join(target, 'empty/.CAS'));
    mkdirSync(join(target, '.cas'));
    mkdirSync(join(target, 'modules'));
    for (const name of ['.cas/config.json', 'modules/m', 'x.log', 'd/y.log'])
      writeFileSync(join(target, name), '1');
    const options = { extra: 'remove', exclude: ['modules', '*.log'] } as const;
    expect(await changesOf([file('f', 'new')], options)).toEqual(['removed d/x', 'removed d/y', 'removed l']);
    expect(readdirSync(target, { recursive: true }).map(String).toSorted()).toEqual([
      '.cas',
      '.cas/config.json',
      'd',
      'd/y.log',
      'empty',
      'empty/.CAS',
      'f',
      'modules',
      'modules/m',
      'x.log',
    ]);
    const below = { extra: 'remove', prefix: 'd/e' } as const;
    expect(await changesOf([file('f')], below)).toEqual(['added d/e/', 'added d/e/f']);
    writeFileSync(join(target, 'd/e/extra'), '');
    expect(await changesOf([file('f')], below)).toEqual(['removed d/e/extra']);
    expect(await changesOf(set, { extra: 'remove', include: ['f'] })).toEqual(['removed d/e/f']);
  });

  test('changes nothing when it rehearses, and makes no folder', async () => {
    expect(await changesOf(set, { mode: 'rehearse' })).toEqual([
      'added d/',
      'added d/x',
      'added d/y',
      'added empty/',
      'added f',
      'added l',
    ]);
    expect(readdirSync(top)).toEqual(['canary']);
  });

  test('holds no descriptor once it is over', async (context) => {
    if (process.platform !== 'linux') context.skip('descriptors are listed in /proc');
    const count = (): number => readdirSync('/proc/self/fd').length;
    const before = count();
    await update(set);
    await update([], { extra: 'remove', mode: 'rehearse' });
    writeFileSync(join(target, 'in'), '');
    await expect(update([folder('d', [folder('x', [file('in')])])])).rejects.toMatchObject({
      code: 'PATH_OCCUPIED',
    });
    await update([], { extra: 'remove' });
    expect(linesIn(target)).toEqual([]);
    expect(count()).toBe(before);
  });

  test('removes a fifo where it may, and waits for none', async () => {
    mkdirSync(target);
    execFileSync('mkfifo', [join(target, 'f'), join(target, 'pipe')]);
    await expect(update(set)).rejects.toMatchObject({ code: 'PATH_OCCUPIED' });
    await update(set, { extra: 'remove' });
    expect(linesIn(target)).toEqual(written);
  });

  test('refuses to merge names that a file system takes for one', async () => {
    const { fs } = memfs({ '/t/README': 'old' });
    const inner = nodeFiles(fs);
    const fold = (path: unknown): unknown => {
      const text = path instanceof Uint8Array ? Buffer.from(path).toString() : undefined;
      return text?.endsWith('/readme') ? Buffer.from(`${text.slice(0, -'readme'.length)}README`) : path;
    };
    const folding = new Proxy(inner, {
      get: (files, key) => {
        const value: unknown = Reflect.get(files, key, files);
        return typeof value !== 'function'
          ? value
          : (...given: unknown[]) => value.apply(files, given.map(fold));
      },
    });
    target = '/t';
    for (const members of [[file('readme', 'new')], [file('README', 'new'), file('readme', 'newer')]])
      await expect(update(members, { files: folding })).rejects.toMatchObject({ code: 'PATH_OCCUPIED' });
    expect(['old', 'new']).toContain(fs.readFileSync('/t/README', 'utf8'));
  });
});

describe.for<FolderGuard>(['descriptors', 'paths'])('updateFolder() guarded by %s', (guard) => {
  const skips = guard === 'descriptors' && process.platform !== 'linux';

  test.skipIf(skips)(
    'puts folders and files in the place of symlinks, and not where these lead',
    async () => {
      mkdirSync(target);
      symlinkSync(canary, join(target, 'd'));
      symlinkSync(join(canary, 'f'), join(target, 'f'));
      symlinkSync(join(canary, 'sub'), join(target, 'l'));
      symlinkSync(canary, join(target, 'extra'));
      await expect(update(set, { guard })).rejects.toMatchObject({ code: 'PATH_OCCUPIED' });
      await update(set, { guard, extra: 'remove' });
      expect(linesIn(target)).toEqual(written);
      expectUntouched(site);
    },
  );

  test.skipIf(skips)(
    'removes and writes nothing through a folder that was swapped for a symlink',
    async () => {
      // Between a look and what follows it only a descriptor holds on to a folder.
      const calls = guard === 'descriptors' ? ['remove'] : [];
      for (const [at, swapAt] of [
        ...calls,
        'open',
        'list',
        'rename',
        'stat',
        'touch',
        'readFile',
      ].entries()) {
        target = join(top, `target-${at}`);
        await update([folder('d', [file('f', 'same'), file('g', 'old'), folder('sub', [file('x', 'old')])])]);
        let isSwapped = false;
        const files = hooked(nodeFiles(), (call) => {
          if (isSwapped || call !== swapAt) return;
          isSwapped = true;
          renameSync(join(target, 'd'), join(top, `away-${at}`));
          symlinkSync(canary, join(target, 'd'));
        });
        const members = [folder('d', [file('f', 'same'), file('g', 'new'), file('h')])];
        await update(members, { files, guard, extra: 'remove' }).catch((error: unknown) => {
          expect(error).toMatchObject({
            code: expect.stringMatching(/^(FOLDER_REPLACED|NOT_A_F|PATH_OCC|NOT_THERE)/),
          });
        });
        expect(isSwapped).toBe(true);
        expectUntouched(site);
      }
    },
  );

  test.skipIf(skips)('makes any folder any version', async () => {
    const { fs } = memfs({});
    const repository = await initRepository('/.cas', {
      files: nodeFiles(fs),
      codec: nativeCodec,
      now: () => 0,
    });
    let count = 0;
    const names = fc.oneof(
      fc.constantFrom('a', 'b', 'c', 'd').map((name) => Buffer.from(name)),
      anyPlainName(),
    );
    const any = anyFolder({ names, attributes: fc.constant(NO_ATTRIBUTES), maxDepth: 4 });
    await fc.assert(
      fc.asyncProperty(any, any, async (before, after) => {
        target = join(top, `any-${count++}`);
        await update(before);
        const looks = looksIn(target);
        const told = await changesOf(after, { guard, extra: 'remove', mode: 'rehearse' });
        expect(looksIn(target)).toEqual(looks);
        expect(await changesOf(after, { guard, extra: 'remove' })).toEqual(told);
        const { root } = await fromFolder(target, { ignoreFiles: 'off' }).write({ repository, objects });
        expect(root.id).toBe((await storeMembers(objects, after)).id);
        const touched = new Set(told.map((line) => line.slice(line.indexOf(' ') + 1)));
        for (const [path, was] of looks)
          if (was.isLeaf && !touched.has(path)) expect(looksIn(target).get(path)).toEqual(was);
      }),
      { numRuns: 150 },
    );
  });
});

interface Look {
  readonly isLeaf: boolean;
  readonly inode: number;
  readonly modifiedMs: number;
  readonly changedMs: number;
}

function look(path: string): Look {
  const { ino, mtimeMs, ctimeMs, isDirectory } = lstatSync(path);
  return { isLeaf: !isDirectory.call(lstatSync(path)), inode: ino, modifiedMs: mtimeMs, changedMs: ctimeMs };
}

/** Of all that is below `path`. */
/** Of all below, but not behind symlinks, which `recursive` of `node:fs` would follow. */
function looksIn(path: string, below = ''): Map<string, Look> {
  const looks = new Map<string, Look>();
  for (const entry of readdirSync(join(path, below), { withFileTypes: true })) {
    const name = join(below, entry.name);
    looks.set(name, look(join(path, name)));
    if (entry.isDirectory()) for (const [deeper, found] of looksIn(path, name)) looks.set(deeper, found);
  }
  return looks;
}

/** The same store, on every medium that it runs on. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { formatName } from '../../src/bytes/text.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { collectBytes } from '../../src/flow/byte-stream.ts';
import { initStore, openStore, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { fileSystems } from '../files/file-systems.ts';

const FIRST = [
  { path: 'a.txt', content: 'one\n' },
  { path: 'bin/run', content: '#!/bin/sh\n', kind: 'executable' as const },
  { path: 'link', content: 'a.txt', kind: 'symlink' as const },
  { path: 'empty', kind: 'folder' as const },
];

/** Uses most of what a store can do, and says what came of it. */
async function work(store: Store): Promise<string[]> {
  const seen: string[] = [];
  await store.commit('set/main', fromEntries(FIRST), { message: 'first\n', timeSeconds: 1_000 });
  const more = [...FIRST, { path: 'long', content: 'x'.repeat(3 * 2 ** 20) }];
  await store.commit('set/main', fromEntries(more), { message: 'second\n', timeSeconds: 2_000 });
  await store.edit('set/main', [{ verb: 'attributes', path: 'a.txt', values: { language: 'en' } }], {
    timeSeconds: 3_000,
  });
  await store.labels.update([{ verb: 'create', name: 'old', at: 'set/main~2', isProtected: true }]);
  for await (const { id, snapshot } of store.log('set/main')) seen.push(`${id} ${snapshot.message.trim()}`);
  for await (const change of store.diff('old', 'set/main'))
    seen.push(`${change.kind} ${formatName(change.path)}`);
  const view = await store.view('set/main');
  seen.push(`${(await collectBytes(view.tar())).length} bytes of tar`);
  const { entry } = await store.resolve('set/main:long');
  seen.push(`${(await collectBytes(store.read(entry!.id, { start: 5, end: 9 }))).length} bytes of a range`);
  for await (const { id } of store.fsck()) seen.push(`finding ${id}`);
  return seen;
}

describe('the same work', () => {
  const results: string[][] = [];
  test.each(Object.keys(fileSystems))('comes to the same on %s', async (name) => {
    await using subject = await fileSystems[name]!();
    const files = subject.files;
    {
      await using store = await initStore(subject.root, { files });
      results.push(await work(store));
    }
    await using again = await openStore(subject.root, { files });
    expect((await again.labels.list()).map((label) => label.name)).toEqual(['old', 'set/main']);
    expect(results.at(-1)).toEqual(results[0]);
    expect(results[0]).toContain('changed a.txt');
    expect(results[0]!.filter((line) => line.startsWith('finding'))).toEqual([]);
  });
});

/** A file system in which every change fails, as on a disc. */
function readOnly(inner: FileSystem): FileSystem {
  const refuse = async (): Promise<never> => {
    const { fileError } = await import('../../src/files/file-error.ts');
    throw fileError(Object.assign(new Error('EROFS'), { code: 'EROFS' }), 'write', '/disc');
  };
  return new Proxy(inner, {
    get(target, key: keyof FileSystem) {
      if (['makeFolder', 'makeSymlink', 'rename', 'link', 'remove', 'setMode'].includes(key)) return refuse;
      if (key === 'touch') return async () => false;
      if (key === 'open') {
        return (path: string, mode: 'read' | 'update' | 'create') =>
          mode === 'read' ? target.open(path, mode) : refuse();
      }
      const value: unknown = target[key];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe('a store on read-only media', () => {
  test('is read like any other, and what would write says that it cannot', async () => {
    await using subject = await fileSystems['memfs']!();
    {
      await using store = await initStore(subject.root, { files: subject.files });
      await work(store);
    }
    await using store = await openStore(subject.root, { files: readOnly(subject.files) });
    const entries: string[] = [];
    for await (const { path } of (await store.view('old')).entries()) entries.push(formatName(path));
    expect(entries).toEqual(['a.txt', 'bin', 'bin/run', 'empty', 'link']);
    for await (const found of store.fsck()) expect(found).toBeUndefined();
    await expect(store.labels.update([{ verb: 'delete', name: 'set/main' }])).rejects.toMatchObject({
      code: 'READ_ONLY',
    });
    await expect(store.commit('new', fromEntries(FIRST))).rejects.toMatchObject({ code: 'READ_ONLY' });
    await expect(store.gitDir()).rejects.toMatchObject({ code: 'CACHE_READ_ONLY' });
  });
});

describe('a store shared by a group', () => {
  test('makes every folder and file writable by the group, whatever the umask', async () => {
    const root = mkdtempSync(join(tmpdir(), 'caskit-shared-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    const before = process.umask(0o077);
    onTestFinished(() => void process.umask(before));
    await using store = await initStore(root, { settings: { shared: 'group' } });
    await store.commit('set/main', fromEntries(FIRST));
    for (const entry of readdirSync(store.path, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const mode = statSync(path).mode & 0o7777;
      if (entry.isDirectory()) expect([path, mode & 0o2070]).toEqual([path, 0o2070]);
      else expect([path, mode & 0o040]).toEqual([path, 0o040]);
    }
  });

  const isRoot = process.getuid?.() === 0;
  test.skipIf(!isRoot)('is written by a second user of the group', async () => {
    const root = mkdtempSync(join(tmpdir(), 'caskit-shared-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    chmodSync(root, 0o2775);
    spawnSync('chgrp', ['65533', root]);
    {
      await using store = await initStore(root, { settings: { shared: 'group' } });
      await store.commit('set/main', fromEntries(FIRST));
    }
    spawnSync('chgrp', ['-R', '65533', root]);
    process.setegid!(65533);
    process.seteuid!(65534);
    try {
      await using store = await openStore(root, { files: nodeFiles() });
      const { kind } = await store.commit(
        'set/main',
        fromEntries([...FIRST, { path: 'new', content: 'by another' }]),
      );
      expect(kind).toBe('committed');
    } finally {
      process.seteuid!(0);
      process.setegid!(0);
    }
  });
});

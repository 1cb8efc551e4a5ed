/** What a memfs volume of a view looks like to who reads it. */
import type { Volume } from 'memfs';
import { describe, expect, test } from 'vitest';
import { memoryStore } from '../../src/odb/memory-store.ts';
import { openView } from '../../src/view/view.ts';
import type { Member } from '../arbitraries/trees.ts';
import { file, folder, program, storeMembers, symlink } from './stored-tree.ts';

async function volumeOf(members: readonly Member[], timeSeconds = 0): Promise<Volume> {
  const objects = memoryStore();
  const { id } = await storeMembers(objects, members);
  return openView(objects, { treeId: id, timeSeconds }).memfs();
}

describe('memfs()', () => {
  test('holds contents, modes, symlinks and times', async () => {
    const umask = process.umask(0o077); // of the machine's files, and not of these
    try {
      const volume = await volumeOf(
        [folder('d', [program('run', 'go')]), file('f', 'text'), symlink('l', 'd/run')],
        5,
      );
      expect(volume.readFileSync('/f', 'utf8')).toBe('text');
      expect(volume.readFileSync('/l', 'utf8')).toBe('go');
      expect(volume.readlinkSync('/l')).toBe('d/run');
      const modes = ['/d', '/d/run', '/f'].map((path) => volume.statSync(path).mode);
      expect(modes.map((mode) => (mode & 0o777).toString(8))).toEqual(['755', '755', '644']);
      for (const path of ['/d', '/d/run', '/f', '/l']) expect(volume.lstatSync(path).mtimeMs).toBe(5000);
    } finally {
      process.umask(umask);
    }
  });

  test('is a volume of its own each time', async () => {
    const objects = memoryStore();
    const { id } = await storeMembers(objects, [file('f', 'text')]);
    const view = openView(objects, { treeId: id });
    (await view.memfs()).writeFileSync('/f', 'changed');
    expect((await view.memfs()).readFileSync('/f', 'utf8')).toBe('text');
  });

  test('does not share its bytes with the store', async () => {
    const objects = memoryStore();
    const { id } = await storeMembers(objects, [file('f', 'text')]);
    const view = openView(objects, { treeId: id });
    const volume = await view.memfs();
    const fd = volume.openSync('/f', 'r+');
    volume.writeSync(fd, Buffer.from('X'), 0, 1, 0);
    expect((await view.memfs()).readFileSync('/f', 'utf8')).toBe('text');
  });

  test('holds names that are words of JavaScript', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'].toSorted();
    const volume = await volumeOf(names.map((name) => file(name, name)));
    for (const name of names) expect(volume.readFileSync(`/${name}`, 'utf8')).toBe(name);
  });
});

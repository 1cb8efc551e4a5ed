/** unionfs and linkfs put views beside and under other file systems. */
import { promisify } from 'node:util';
import { link } from 'linkfs';
import { createFsFromVolume, Volume } from 'memfs';
import { Union } from 'unionfs';
import { describe, expect, test } from 'vitest';
import { file, folder, symlink } from '../../view/stored-tree.ts';
import { openCountedView } from './counted-view.ts';

const MEMBERS = [
  folder('lib', [file('a.txt', 'stored a'), file('b.txt', 'stored b')]),
  symlink('link', 'lib/a.txt'),
  file('top.txt', 'stored top'),
];

/** A view with a volume on top: what was added last is asked first. */
async function openLayers() {
  const view = await openCountedView(MEMBERS);
  const volume = Volume.fromJSON({ '/lib/b.txt': 'written b', '/lib/c.txt': 'written c' });
  const fs = new Union().use(view.fs).use(createFsFromVolume(volume) as never);
  return { ...view, view: view.fs, volume, fs };
}

describe('unionfs, with a volume over a view', () => {
  test('reads what was written where something was, else what is stored', async () => {
    const { fs } = await openLayers();
    expect(fs.readFileSync('/lib/a.txt', 'utf8')).toBe('stored a');
    expect(fs.readFileSync('/lib/b.txt', 'utf8')).toBe('written b');
    expect(await fs.promises.readFile('/lib/c.txt', 'utf8')).toBe('written c');
    expect(await promisify(fs.readFile)('/link', 'utf8')).toBe('stored a');
    expect(fs.statSync('/lib/a.txt').size).toBe(8);
    const chunks = await fs.createReadStream('/top.txt').toArray();
    expect(chunks.join('')).toBe('stored top');
  });

  test('lists both, each name once', async () => {
    const { fs, reads } = await openLayers();
    const all = ['a.txt', 'b.txt', 'c.txt'];
    expect(fs.readdirSync('/lib')).toEqual(all);
    expect(await fs.promises.readdir('/lib')).toEqual(all);
    expect(await promisify(fs.readdir)('/lib')).toEqual(all);
    const entries = fs.readdirSync('/', { withFileTypes: true });
    expect(entries.map((entry) => [entry.name, entry.isDirectory(), entry.isSymbolicLink()])).toEqual([
      ['lib', true, false],
      ['link', false, true],
      ['top.txt', false, false],
    ]);
    expect(reads()).toEqual({ trees: 2, contents: 0 });
  });

  test('writes into the volume, and the view stays as it is', async () => {
    const { fs, view, volume } = await openLayers();
    fs.writeFileSync('/lib/a.txt', 'written a');
    await fs.promises.writeFile('/lib/new.txt', 'new');
    fs.mkdirSync('/made/here', { recursive: true });
    fs.writeFileSync('/made/here/x', 'x');
    expect(fs.readFileSync('/lib/a.txt', 'utf8')).toBe('written a');
    expect(volume.readFileSync('/made/here/x', 'utf8')).toBe('x');
    expect(view.readFileSync('/lib/a.txt', 'utf8')).toBe('stored a');
    expect(view.readdirSync('/')).toEqual(['lib', 'link', 'top.txt']);
  });

  test('what neither has is not there', async () => {
    const { fs } = await openLayers();
    expect(fs.existsSync('/none')).toBe(false);
    expect(() => fs.readFileSync('/none')).toThrow(/ENOENT/);
    await expect(fs.promises.readFile('/none')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('linkfs', () => {
  test('shows a folder of a view at another path, by the calls that it leads on', async () => {
    const { fs } = await openCountedView(MEMBERS);
    const linked = link(fs, ['/node_modules/stored', '/lib']);
    expect(linked.readdirSync('/node_modules/stored')).toEqual(['a.txt', 'b.txt']);
    expect(linked.readFileSync('/node_modules/stored/a.txt', 'utf8')).toBe('stored a');
    expect(await promisify(linked.readFile)('/node_modules/stored/b.txt', 'utf8')).toBe('stored b');
    expect((await promisify(linked.stat)('/node_modules/stored')).isDirectory()).toBe(true);
    const chunks = await linked.createReadStream('/node_modules/stored/a.txt').toArray();
    expect(chunks.join('')).toBe('stored a');
    expect(linked.realpathSync('/top.txt')).toBe('/top.txt');
    expect(() => linked.writeFileSync('/node_modules/stored/a.txt', '')).toThrow(/EROFS/);
  });

  test('lets two versions stand side by side in a union', async () => {
    const one = await openCountedView([file('say', 'one')]);
    const two = await openCountedView([file('say', 'two')]);
    const fs = new Union().use(link(one.fs, ['/v1', '/']) as never).use(link(two.fs, ['/v2', '/']) as never);
    expect([fs.readFileSync('/v1/say', 'utf8'), fs.readFileSync('/v2/say', 'utf8')]).toEqual(['one', 'two']);
  });
});

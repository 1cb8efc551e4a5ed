/** isomorphic-git takes a view for its working folder, with a repository in memory. */
import git from 'isomorphic-git';
import { createFsFromVolume, Volume } from 'memfs';
import { Union } from 'unionfs';
import { expect, test } from 'vitest';
import type { Member } from '../../arbitraries/trees.ts';
import { file, folder, program, symlink } from '../../view/stored-tree.ts';
import { type CountedView, openCountedView } from './counted-view.ts';

const AUTHOR = { name: 'Ada', email: 'ada@example.com', timestamp: 1_700_000_000, timezoneOffset: 0 };

function version(text: string): readonly Member[] {
  return [
    file('a.js', text),
    folder('lib', [file('b.js', 'the same'), file('c.txt', `${text}, too`)]),
    symlink('link', 'lib/b.js'),
    program('run'),
  ];
}

interface Place {
  readonly fs: never;
  readonly dir: string;
}

/** A working folder whose `.git` goes into `volume`. */
function openPlace({ fs }: CountedView, volume: Volume): Place {
  const union = new Union().use(createFsFromVolume(volume) as never).use(fs);
  return { fs: union as never, dir: '/' };
}

test('statusMatrix() reads each tree once, and contents only to add them', async () => {
  const view = await openCountedView(version('one'));
  const place = openPlace(view, new Volume());
  await git.init(place);
  expect(await git.statusMatrix(place)).toEqual(
    ['a.js', 'lib/b.js', 'lib/c.txt', 'link', 'run'].map((path) => [path, 0, 2, 0]),
  );
  expect(view.reads()).toEqual({ trees: 2, contents: 0 });
  await git.add({ ...place, filepath: '.' });
  const oid = await git.commit({ ...place, message: 'one\n', author: AUTHOR });
  expect(view.reads()).toEqual({ trees: 2, contents: 5 });
  // What it remembers of the files still holds: they have the same times and inodes.
  expect(await git.statusMatrix(place)).toEqual(
    ['a.js', 'lib/b.js', 'lib/c.txt', 'link', 'run'].map((path) => [path, 1, 1, 1]),
  );
  expect(view.reads()).toEqual({ trees: 2, contents: 5 });
  const { tree } = (await git.readCommit({ ...place, oid })).commit;
  const modes = (await git.readTree({ ...place, oid: tree })).tree.map((entry) => [entry.path, entry.mode]);
  expect(modes).toEqual([
    ['a.js', '100644'],
    ['lib', '040000'],
    ['link', '120000'],
    ['run', '100755'],
  ]);
});

test('statusMatrix() tells what another version has changed', async () => {
  const volume = new Volume();
  const before = openPlace(await openCountedView(version('one')), volume);
  await git.init(before);
  await git.add({ ...before, filepath: '.' });
  await git.commit({ ...before, message: 'one\n', author: AUTHOR });
  const after = openPlace(await openCountedView([file('0-new', 'n'), ...version('two').slice(0, 3)]), volume);
  expect(await git.statusMatrix(after)).toEqual([
    ['0-new', 0, 2, 0],
    ['a.js', 1, 2, 1],
    ['lib/b.js', 1, 1, 1],
    ['lib/c.txt', 1, 2, 1],
    ['link', 1, 1, 1],
    ['run', 1, 0, 1],
  ]);
});

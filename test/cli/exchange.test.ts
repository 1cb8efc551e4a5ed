/** What the commands that talk to other stores say, and how they end. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cas, freshFolder } from './cas-process.ts';

/** A folder with the store `work`, whose only remote is the empty store `share`, and a label `a` in the former. */
async function pair(): Promise<string> {
  const cwd = freshFolder();
  for (const name of ['work', 'share']) {
    mkdirSync(join(cwd, name));
    await cas(['init', name], { cwd });
  }
  await commit(cwd, 'work', 'one');
  await cas(['--store', 'work', 'remote', 'add', 'share', 'share'], { cwd });
  return cwd;
}

/** A version of `a` in the store `name`. */
async function commit(cwd: string, name: string, content: string): Promise<void> {
  writeFileSync(join(cwd, 'file'), content);
  await cas(['--store', name, 'commit', 'a', 'file'], { cwd });
}

/** Runs a command in the store `work`: its lines with ids as `ID`, and its exit code where it is another than 0. */
async function work(cwd: string, ...words: readonly string[]): Promise<readonly unknown[]> {
  const { code, stdout, stderr } = await cas(['--store', 'work', ...words], { cwd });
  const lines = `${stdout}${stderr}`
    .trimEnd()
    .replaceAll(/(sha256:)?[0-9a-f]{12,64}/g, 'ID')
    .split('\n');
  const shown = lines.map((line) => line.replace(/, [\d.]+ k?B/, ', SIZE').replaceAll(cwd, 'CWD'));
  return code === 0 ? shown : [code, ...shown];
}

test('what goes and what comes is told, and that nothing does', async () => {
  const cwd = await pair();
  const none = "none of the labels here is there, too: name some, or send all with 'cas push --all'";
  expect(await work(cwd, 'push')).toEqual([none]);
  expect(await work(cwd, 'fetch')).toEqual(['nothing is new there']);
  expect(await work(cwd, 'push', 'share', 'a', '-n')).toEqual(['ID  a', '3 objects, SIZE would go']);
  expect(await work(cwd, 'push', '--all')).toEqual(['ID  a (new)', '3 objects, SIZE']);
  expect(await work(cwd, 'push')).toEqual(['it is so there already']);
  await commit(cwd, 'share', 'two');
  expect(await work(cwd, 'fetch', '-n')).toEqual(['ID  a', '3 objects, SIZE would come']);
  expect(await work(cwd, 'pull')).toEqual(['ID -> ID  a (forward)', '3 objects, SIZE']);
  expect(await work(cwd, 'pull')).toEqual(['nothing is new there']);
  expect(await work(cwd, 'push', 'share', '--delete', 'a', '-n')).toContain('ID  a (would go)');
  expect(await work(cwd, 'push', 'share', '--delete', 'a')).toContain('ID  a (deleted)');
});

test('contents that are all here are told to be', async () => {
  expect(await work(await pair(), 'fetch', '--contents')).toEqual(['all of it is here']);
});

test('a label that both have changed stays, and nothing but data is printed as JSON', async () => {
  const cwd = await pair();
  await commit(cwd, 'share', 'theirs');
  const conflict = "cas: conflict: 'a' stays as it is: both have changed it";
  expect(await work(cwd, 'pull')).toEqual([4, conflict, '3 objects, SIZE']);
  const told = await cas(['--store', 'work', 'pull', '--json'], { cwd });
  expect(told).toMatchObject({ code: 4, stderr: '' });
  expect(JSON.parse(told.stdout)).toMatchObject({ advanced: [{ name: 'a', kind: 'diverged' }] });
  expect(await work(cwd, 'push')).toEqual([
    4,
    expect.stringContaining('cas: '),
    expect.stringContaining('hint: '),
  ]);
});

test.each([
  [['push', 'share', 'b'], 3, "label 'b' not found", "did you mean 'a'?"],
  [['push', 'share', 'release/*'], 3, "no label is like 'release/*'", 'choose one of a'],
  [['fetch', 'share', 'release'], 3, "label 'release' not found", 'there are no labels'],
  [['fetch', 'shelf'], 3, "no remote is named 'shelf'", 'choose one of share'],
  [
    ['fetch', './share'],
    3,
    "labels from './share' would have no name here",
    "give it one: 'cas remote add NAME ./share'",
  ],
  [['push', './no/x', 'a'], 3, "there is no store at 'CWD/no/x'", "look at the path; 'cas init' makes"],
  [['bundle', 'create', 'x.casb', 'nope'], 3, "label 'nope' not found", 'choose one of a'],
  [
    ['bundle', 'verify', 'file'],
    5,
    "the bundle is damaged: it does not begin with 'cas-bundle'",
    'get it once more',
  ],
])('%j is refused', async (words, code, message, hint) => {
  const told = await work(await pair(), ...words);
  expect(told).toEqual([code, `cas: ${message}`, expect.stringContaining(`hint: ${hint}`)]);
});

test('a bundle takes labels by patterns, and leaves those of other stores out', async () => {
  const cwd = await pair();
  await work(cwd, 'push', '--all');
  await work(cwd, 'label', 'create', 'team/b', 'a');
  expect(await work(cwd, 'bundle', 'create', 'all.casb', '*')).toEqual(["3 objects, SIZE, in 'all.casb'"]);
  expect(await work(cwd, 'bundle', 'list', 'all.casb')).toEqual(['ID  a', 'ID  team/b']);
  expect(await work(cwd, 'bundle', 'create', 'x.casb', 'remotes/*')).toHaveLength(1);
  expect(await work(cwd, 'bundle', 'list', 'x.casb')).toEqual(['ID  remotes/share/a']);
  expect(await work(cwd, 'bundle', 'apply', 'all.casb', '--prefix', 'p/')).toEqual([
    'ID  p/a (new)',
    'ID  p/team/b (new)',
    '3 objects',
  ]);
  expect(await work(cwd, 'bundle', 'apply', 'all.casb', '--label', 'b')).toEqual([
    3,
    "cas: label 'b' not found",
    "hint: did you mean 'a'?",
  ]);
  const before = readFileSync(join(cwd, 'all.casb'));
  const put = await cas(['--store', 'all.casb', 'put', 'file'], { cwd });
  expect(put).toMatchObject({ code: 7, stderr: expect.stringContaining('cannot change what is only read') });
  expect(readFileSync(join(cwd, 'all.casb')).equals(before)).toBe(true);
});

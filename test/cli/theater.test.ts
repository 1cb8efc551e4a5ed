/** Stores in Theater's layout, brought in and taken out by the command. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { cas, freshFolder, freshStore } from './cas-process.ts';

const HELLO = 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d';
const WORLD = '943a702d06f34599aee1f8da8ef9f7296031d699';
const sound = {
  [`data/${HELLO}`]: 'hello',
  [`data/${WORLD}`]: 'Hello, world!',
  'labels/greetings': `${HELLO}\n${WORLD}`,
  'labels/actor-7:chain-head': WORLD,
  'labels/nested/Label': HELLO,
};

async function write(folder: string, members: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(members)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

async function read(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(
    await Promise.all(
      paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'utf8')]),
    ),
  ) as Record<string, string>;
}

test('a store goes in and comes out again as it was', async () => {
  const cwd = await freshStore();
  await write(join(cwd, 'old'), sound);
  const imported = await cas(['import', 'theater', 'old'], { cwd });
  expect(imported).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'imported 2 contents, 18 B, and 3 labels\n',
  });
  const { stdout } = await cas(['labels', '--json'], { cwd });
  expect(
    stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { name: string }).name),
  ).toEqual(['actor-7=3achain-head', 'greetings', 'nested/=4cabel']);
  expect((await cas(['cat', `sha1:${HELLO}`], { cwd })).stdout).toBe('hello');
  const exported = await cas(['export', '--format', 'theater', '-o', 'new/'], { cwd });
  expect(exported).toMatchObject({ code: 0, stdout: '' });
  expect(await read(join(cwd, 'new'))).toEqual(sound);
});

test('what is wrong is told of, on a line each or as JSON, and ends with 5', async () => {
  const cwd = await freshStore();
  await write(join(cwd, 'old'), {
    ...sound,
    'data/x': 'x',
    'labels/empty': '',
    'notes.txt': 'no label',
    out: HELLO,
  });
  const { code, stdout, stderr } = await cas(['import', 'theater', 'old'], { cwd });
  expect([code, stderr]).toEqual([5, 'imported 2 contents, 18 B, and 4 labels\n']);
  const hash = createHash('sha1').update('x').digest('hex');
  expect(stdout.split('\n')).toEqual([
    `wrong-content   data/x: holds the content ${hash}, of size 1: kept apart`,
    'label-damaged   labels/empty: is empty',
    'stray           notes.txt: is no part of a store: left out',
    "label-outside   out: lies outside of labels: taken as the label '../out'",
    '',
  ]);
  const json = await cas(['import', 'theater', 'old', '--json', '--quiet'], { cwd });
  const lines = json.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as object);
  expect(lines).toHaveLength(5);
  expect(lines.at(-1)).toEqual({ contents: 2, bytes: 18, labels: 4, unlabelled: 0 });
  expect((await cas(['cat', '=quarantine/theater:data/x'], { cwd })).stdout).toBe('x');
  const exported = await cas(['export', '--format', 'theater', '-o', 'new/'], { cwd });
  expect(exported.stderr).toContain(
    "cas: warning: 'labels/../out' is left out: a file cannot have that path\n",
  );
  expect(await read(join(cwd, 'new'))).toEqual({ ...sound, [`data/${hash}`]: 'x' });
});

test('strays alone are no damage', async () => {
  const cwd = await freshStore();
  await write(join(cwd, 'old'), { ...sound, 'notes.txt': 'no label' });
  expect((await cas(['import', 'theater', 'old'], { cwd })).code).toBe(0);
});

test('several stores by their ids become as many, also where there is none yet', async () => {
  const cwd = freshFolder();
  await write(join(cwd, 'home/store/one'), sound);
  await write(join(cwd, 'home/store/two'), { [`data/${HELLO}`]: 'hello' });
  const { code, stderr } = await cas(['import', 'theater', 'home/store', '--store', 'new'], { cwd });
  expect([code, stderr.split('\n')]).toEqual([
    0,
    [
      "imported 2 contents, 18 B, and 3 labels of 'one'",
      "imported 1 content, 5 B, and 0 labels of 'two'",
      "of these, 1 content has no label: 'cas gc' takes what nothing names",
      '',
    ],
  ]);
  for (const id of ['one', 'two'])
    await cas(['--store', `new/${id}`, 'export', '--format', 'theater', '-o', `back-${id}/`], { cwd });
  expect(await read(join(cwd, 'back-one'))).toEqual(sound);
  expect(await read(join(cwd, 'back-two'))).toEqual({ [`data/${HELLO}`]: 'hello' });
});

test('--layout single writes the newest of each label, and says what it cut', async () => {
  const cwd = await freshStore();
  await write(join(cwd, 'old'), sound);
  await cas(['import', 'theater', 'old'], { cwd });
  const { stderr } = await cas(['export', '--format', 'theater', '--layout', 'single', '-o', 'new/'], {
    cwd,
  });
  expect(stderr).toContain("cas: warning: 'labels/greetings' has 2 contents: only the newest was taken\n");
  expect(await read(join(cwd, 'new'))).toEqual({ ...sound, 'labels/greetings': WORLD });
});

test.each([
  [['import', 'theatre', '.'], 2, "hint: did you mean 'cas import theater'?"],
  [['import', 'theater', 'nobody'], 3, 'no such folder'],
  [['import', 'theater', '.'], 2, "is no store of Theater's"],
  [['export', '--format', 'theater'], 2, 'hint: give it with -o DIR/'],
  [['export', 'x', '--format', 'theater', '-o', 'y/'], 2, 'hint: leave the revision out'],
  [['export', '--format', 'theater', '-o', 'y/'], 6, "hint: run 'cas config set aliases sha1'"],
  [['export', '-o', 'y.tar'], 2, 'export what?'],
  [['export', 'x', '-o', 'y.tar', '--layout', 'list'], 2, "--layout is not for the format 'tar'"],
])('cas %j says what is wrong', async (words, code, told) => {
  const cwd = await freshStore();
  const run = await cas(words, { cwd });
  expect(run.stderr).toContain(told);
  expect(run.code).toBe(code);
});

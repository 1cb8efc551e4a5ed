import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { cas, freshFolder, freshStore } from './cas-process.ts';

/** Bytes of a name that is not text; a name with a line break; and one that a terminal would act on. */
const BYTE_NAME = Buffer.from([0x66, 0xff]);
const HOSTILE_NAME = 'line\nbreak \u001b[31m';

let store = '';
beforeAll(async () => {
  store = await freshStore();
  const set = join(store, 'set');
  mkdirSync(join(set, 'docs'), { recursive: true });
  writeFileSync(join(set, 'docs/guide.md'), '# guide\n');
  writeFileSync(join(set, 'tool'), '#!/bin/sh\n');
  chmodSync(join(set, 'tool'), 0o755);
  writeFileSync(join(set, HOSTILE_NAME), 'x');
  writeFileSync(Buffer.concat([Buffer.from(`${set}/`), BYTE_NAME]), 'y');
  symlinkSync('tool', join(set, 'link'));
  mkdirSync(join(set, 'empty'));
  await cas(['commit', 'x', 'set', '-q', '--time', '@1700000000'], { cwd: store });
});

/** All names below `folder`, as bytes in Latin-1, and what is in the files. */
function contentsOf(folder: string): string[] {
  const found: string[] = [];
  const visit = (path: Buffer): void => {
    for (const entry of readdirSync(path, { withFileTypes: true, encoding: 'buffer' })) {
      const inner = Buffer.concat([path, Buffer.from('/'), entry.name]);
      const name = inner.toString('latin1').slice(folder.length);
      found.push(entry.isFile() ? `${name}: ${readFileSync(inner, 'latin1')}` : name);
      if (entry.isDirectory()) visit(inner);
    }
  };
  visit(Buffer.from(folder));
  return found.sort();
}

test('a folder that is exported holds what was committed, and verify and status agree', async () => {
  const cwd = freshFolder();
  const env = { CAS_DIR: join(store, '.cas') };
  const exported = await cas(['export', 'x', '-o', 'out/'], { cwd, env });
  expect(exported).toMatchObject({ code: 0, stdout: '', stderr: "exported 5 files, 20 B, to 'out/'\n" });
  expect(contentsOf(join(cwd, 'out'))).toEqual(contentsOf(join(store, 'set')));
  const equal = await cas(['verify', 'x', 'out'], { cwd, env });
  expect(equal).toMatchObject({ code: 0, stdout: '' });
  expect(equal.stderr).toMatch(/^equal: 5 files, 24 B, tree sha256:[0-9a-f]{64}\n$/);
  expect(await cas(['status', 'x', 'out'], { cwd, env })).toMatchObject({ code: 0, stdout: '' });

  writeFileSync(join(cwd, 'out/tool'), '#!/bin/csh');
  writeFileSync(join(cwd, 'out', `\u202e${HOSTILE_NAME}`), 'new');
  execFileSync('rm', ['-r', join(cwd, 'out/docs')]);
  const changed = await cas(['status', 'x', 'out'], { cwd, env });
  const lines = ['D docs/', 'D docs/guide.md', 'M tool', 'A %E2%80%AEline%0Abreak %1B[31m', ''];
  expect(changed).toMatchObject({ code: 1, stdout: lines.join('\n'), stderr: '4 differences\n' });
  const zero = await cas(['verify', 'x', 'out', '-z', '-q'], { cwd, env });
  expect(zero.stdout).toBe(`D\0docs\0D\0docs/guide.md\0M\0tool\0A\0\u202e${HOSTILE_NAME}\0`);
  const json = await cas(['verify', 'x', 'out', '--json'], { cwd, env });
  expect(
    json.stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
  ).toMatchObject([
    { change: 'removed', path: 'docs', before: { mode: '40000', size: 8 } },
    { change: 'removed', path: 'docs/guide.md', before: { mode: '100644', attributes: {} } },
    { change: 'changed', path: 'tool', before: { mode: '100755' }, after: { mode: '100755', size: 10 } },
    { change: 'added', path: '%E2%80%AEline%0Abreak %1B[31m' },
  ]);
});

test('a tar is the same bytes each time, through a file and a pipe, and GNU tar reads it', async () => {
  const cwd = freshFolder();
  const env = { CAS_DIR: join(store, '.cas') };
  const piped = await cas(['export', 'x'], { cwd, env });
  expect(await cas(['export', 'x', '-o', 'x.tar'], { cwd, env: { ...env, TZ: 'Asia/Tokyo' } })).toMatchObject(
    {
      code: 0,
      stdout: '',
    },
  );
  expect(Buffer.compare(readFileSync(join(cwd, 'x.tar')), piped.bytes)).toBe(0);
  expect(readdirSync(cwd)).toEqual(['x.tar']);
  mkdirSync(join(cwd, 'unpacked'));
  execFileSync('tar', ['-xf', 'x.tar', '-C', 'unpacked'], { cwd });
  expect(contentsOf(join(cwd, 'unpacked'))).toEqual(contentsOf(join(store, 'set')));
  expect((await cas(['verify', 'x', 'x.tar'], { cwd, env })).code).toBe(0);
  expect((await cas(['verify', 'x', '-'], { cwd, env, input: piped.bytes })).code).toBe(0);

  const docs = await cas(['export', 'x:docs', '--prefix', 'app/docs/'], { cwd, env });
  expect(execFileSync('tar', ['-tf', '-'], { input: docs.bytes, encoding: 'utf8' })).toBe(
    'app/\napp/docs/\napp/docs/guide.md\n',
  );
});

test('an export that fails leaves no archive behind, and nothing is replaced unasked', async () => {
  const cwd = freshFolder();
  const env = { CAS_DIR: join(store, '.cas') };
  mkdirSync(join(cwd, 'full'));
  writeFileSync(join(cwd, 'full/mine'), 'mine');
  const refused = await cas(['export', 'x', '-o', 'full'], { cwd, env });
  expect(refused).toMatchObject({ code: 6 });
  expect(readdirSync(join(cwd, 'full'))).toEqual(['mine']);
  expect((await cas(['export', 'x', '-o', 'full', '--force'], { cwd, env })).code).toBe(0);
  expect(readFileSync(join(cwd, 'full/mine'), 'utf8')).toBe('mine');
  const portable = await cas(['export', 'x', '-o', 'portable/', '--profile', 'portable'], { cwd, env });
  expect(portable).toMatchObject({ code: 6 });
  expect(existsSync(join(cwd, 'portable'))).toBe(false);
  expect((await cas(['export', 'x', '-o', 'gone/x.tar'], { cwd, env })).code).toBe(7);
  expect((await cas(['export', 'x', '-o', 'x.tar', '--prefix', '../up'], { cwd, env })).code).toBe(2);
  expect(existsSync(join(cwd, 'x.tar'))).toBe(false);
  expect(readdirSync(cwd)).toEqual(['full']);
});

test('what cannot be exported is told with what to do', async () => {
  const faults: readonly (readonly [args: string[], code: number, stderr: RegExp])[] = [
    [['-o', 'x.rar'], 2, /cannot tell a format from the name 'x\.rar'\nhint: end it in \.tar/],
    [['--format', 'rar'], 2, /unknown format 'rar'\nhint: choose one of tar, tar\.gz, zip, dir/],
    [['-o', 'x.zip'], 6, /cannot put 'f%FF' into a zip: its names are text\nhint: export it as a tar/],
    [['-o', 'x.tar', '--profile', 'portable'], 6, /cannot export 'f%FF' to every system/],
    [['--format', 'dir'], 2, /a folder needs a name/],
    [['-o', 'x.tar', '--force'], 2, /--force is not for the format 'tar'/],
    [
      ['-o', 'x/', '--include', '*.exe'],
      3,
      /nothing in the set is both included and not excluded\nhint: list/,
    ],
    [['-o', 'x.tar', '--update'], 2, /--update is not for the format 'tar'/],
    [['-o', 'x/', '--delete'], 2, /--delete is for --update only/],
    [['-o', 'x/', '--dry-run'], 2, /--dry-run is for --update only/],
    [['-o', 'x/', '--update', '--force'], 2, /--force and --update exclude each other/],
    [['-o', 'x.tar', '-z'], 2, /--zero is for --dry-run only/],
    [['-o', 'x.tar', '--labels', 'x'], 2, /REV and --labels exclude each other/],
    [['-o', 'x.zip', '--exclude', '*'], 3, /nothing in the set/],
    [['--include', '[z-a]'], 3, /nothing in the set/],
  ];
  for (const [args, code, stderr] of faults) {
    const run = await cas(['export', 'x', ...args], { cwd: store });
    expect(run, args.join(' ')).toMatchObject({ code, stdout: '' });
    expect(run.stderr).toMatch(stderr);
  }
  expect((await cas(['export', 'x:tool'], { cwd: store })).stderr).toContain("hint: read it with 'cas cat'");
  expect((await cas(['verify', 'x', 'gone.tar'], { cwd: store })).code).toBe(3);
});

test('patterns choose what is exported, below a prefix, in archives and folders', async () => {
  const cwd = freshFolder();
  const env = { CAS_DIR: join(store, '.cas') };
  const choice = ['--include', 'docs', '--include', 'tool', '--exclude', '*.png', '--prefix', 'app/1'];
  const tar = await cas(['export', 'x', ...choice], { cwd, env });
  expect(execFileSync('tar', ['-tf', '-'], { input: tar.bytes, encoding: 'utf8' })).toBe(
    'app/\napp/1/\napp/1/docs/\napp/1/docs/guide.md\napp/1/tool\n',
  );
  const exported = await cas(['export', 'x', '-o', 'out/', ...choice], { cwd, env });
  expect(exported).toMatchObject({ code: 0, stderr: "exported 2 files, 18 B, to 'out/'\n" });
  expect(contentsOf(join(cwd, 'out'))).toEqual([
    '/app',
    '/app/1',
    '/app/1/docs',
    '/app/1/docs/guide.md: # guide\n',
    '/app/1/tool: #!/bin/sh\n',
  ]);
});

test('an update touches only what differs, and says before what it would do', async () => {
  const cwd = freshFolder();
  const env = { CAS_DIR: join(store, '.cas') };
  const update = (...args: string[]): ReturnType<typeof cas> =>
    cas(['export', 'x', '-o', 'out', '--update', ...args], { cwd, env });
  const planned = await update('--dry-run');
  expect(planned.stdout).toBe(
    'A docs/\nA docs/guide.md\nA empty/\nA f%FF\nA line%0Abreak %1B[31m\nA tool\nA link\n',
  );
  expect(planned.stderr).toBe("would update 'out': 5 files, 20 B, written, 0 removed, 0 as they were\n");
  expect(readdirSync(cwd)).toEqual([]);
  expect((await update()).stderr).toBe("updated 'out': 5 files, 20 B, written, 0 removed, 0 as they were\n");
  writeFileSync(join(cwd, 'out/tool'), '#!/bin/csh');
  writeFileSync(join(cwd, 'out/extra'), '');
  execFileSync('rm', [join(cwd, 'out/link')]);
  expect((await update('-n', '-z')).stdout).toBe('M\0tool\0A\0link\0');
  const json = await update('-n', '--json', '--delete');
  expect(
    json.stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
  ).toEqual([
    { change: 'removed', path: 'extra', kind: 'file' },
    { change: 'changed', path: 'tool', kind: 'file' },
    { change: 'added', path: 'link', kind: 'symlink' },
  ]);
  expect(await update('--delete')).toMatchObject({
    code: 0,
    stdout: '',
    stderr: "updated 'out': 2 files, 10 B, written, 1 removed, 3 as they were\n",
  });
  expect((await cas(['verify', 'x', 'out'], { cwd, env })).code).toBe(0);
});

test('labels are exported together, each in a folder of its name, at the time of its own snapshot', async () => {
  const cwd = await freshStore();
  for (const [label, time] of [
    ['release/v1', '1600000000'],
    ['release/v2', '1700000000'],
    ['other', '1'],
  ] as const) {
    writeFileSync(join(cwd, 'a'), label);
    await cas(['commit', label, 'a', '-q', '--time', `@${time}`], { cwd });
  }
  const tar = await cas(['export', '--labels', 'release/*'], { cwd });
  const listing = execFileSync('tar', ['-tvf', '-', '--full-time'], {
    input: tar.bytes,
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC' },
  });
  expect(
    listing
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ +/).slice(3).join(' ')),
  ).toEqual([
    '2023-11-14 22:13:20 release/',
    '2020-09-13 12:26:40 release/v1/',
    '2020-09-13 12:26:40 release/v1/a',
    '2023-11-14 22:13:20 release/v2/',
    '2023-11-14 22:13:20 release/v2/a',
  ]);
  const both = ['export', '--labels', 'other', '--labels', '*/v1', '--prefix', 'p', '-o', 'out/'];
  expect(await cas(both, { cwd })).toMatchObject({ code: 0 });
  expect(contentsOf(join(cwd, 'out'))).toEqual([
    '/p',
    '/p/other',
    '/p/other/a: other',
    '/p/release',
    '/p/release/v1',
    '/p/release/v1/a: release/v1',
  ]);
  const faults: readonly (readonly [args: string[], code: number, stderr: string])[] = [
    [['--labels', 'relese/*'], 3, "no label is like 'relese/*'\nhint: did you mean 'release/*'?"],
    [['--labels', 'othr'], 3, "no label is like 'othr'\nhint: did you mean 'other'?"],
    [['--labels', 'other', '--labels', 'x/y/z'], 3, "no label is like 'x/y/z'\nhint: run 'cas labels'"],
    [['--labels', ''], 2, 'an empty pattern'],
    [['--labels', '[z'], 2, 'not a pattern'],
    [[], 2, 'export what?'],
  ];
  for (const [args, code, stderr] of faults) {
    const run = await cas(['export', ...args], { cwd });
    expect(run, args.join(' ')).toMatchObject({ code, stdout: '' });
    expect(run.stderr).toContain(stderr);
  }
});

test('attributes count in a tar, and not in a folder, which has none', async () => {
  const cwd = await freshStore();
  writeFileSync(join(cwd, 'a'), 'a');
  await cas(['commit', 'x', 'a', '-q'], { cwd });
  await cas(['attr', 'x:a', 'mediaType=text/plain'], { cwd });
  await cas(['export', 'x', '-o', 'x.tar'], { cwd });
  await cas(['export', 'x', '-o', 'out/'], { cwd });
  expect((await cas(['verify', 'x', 'x.tar'], { cwd })).code).toBe(0);
  expect((await cas(['verify', 'x', 'out'], { cwd })).code).toBe(0);
  expect(await cas(['verify', 'x~1', 'x.tar'], { cwd })).toMatchObject({ code: 1, stdout: 'M a\n' });
});

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cas, freshStore } from './cas-process.ts';

/** A store with the label `x`, whose set is `a.txt`, `sub/b.txt` and a symlink `link` to the first. */
async function storeWithSet(): Promise<string> {
  const cwd = await freshStore();
  mkdirSync(join(cwd, 'set/sub'), { recursive: true });
  writeFileSync(join(cwd, 'set/a.txt'), '0123456789');
  writeFileSync(join(cwd, 'set/sub/b.txt'), 'b\n');
  symlinkSync('a.txt', join(cwd, 'set/link'));
  await cas(['commit', 'x', 'set', '-q'], { cwd });
  return cwd;
}

test('add puts a file, a folder or standard input in, and rm takes them out', async () => {
  const cwd = await storeWithSet();
  const before = (await cas(['export', 'x'], { cwd })).bytes;
  expect(await cas(['add', 'x:new/c.txt', 'set/a.txt'], { cwd })).toMatchObject({ code: 0 });
  expect(await cas(['add', 'x:from-input'], { cwd, input: 'typed\n' })).toMatchObject({ code: 0 });
  const folder = await cas(['add', 'x:whole', 'set', '-m', 'a folder'], { cwd });
  expect(folder.stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
  expect(folder.stderr).toMatch(/^committed a set of 50 B as 'x', after [0-9a-f]{12}\n$/);
  expect((await cas(['cat', 'x:new/c.txt', 'x:from-input', 'x:whole/sub/b.txt'], { cwd })).stdout).toBe(
    '0123456789typed\nb\n',
  );
  expect((await cas(['rm', 'x:new', 'x:from-input', 'x:whole'], { cwd })).code).toBe(0);
  const after = await cas(['export', 'x'], { cwd });
  expect(after.bytes.length).toBe(before.length);
  expect((await cas(['rm', 'x:gone'], { cwd })).code).toBe(3);
  expect((await cas(['rm', 'x:a.txt', 'y:b'], { cwd })).stderr).toContain("'x' and 'y' are two labels");
  expect((await cas(['rm', 'x'], { cwd })).stderr).toContain("'x' is not LABEL:PATH");
});

test('add makes a label that is not there', async () => {
  const cwd = await freshStore();
  expect((await cas(['add', 'new:hello.txt', '-'], { cwd, input: 'hello\n' })).stderr).toContain(
    'a new label',
  );
  expect((await cas(['cat', 'new'], { cwd })).stdout).toBe('hello\n');
});

test('add says what a member is, also of a new label, and ls finds it by that', async () => {
  const cwd = await freshStore();
  const added = [
    'add',
    'docs:a/x.txt',
    '-',
    '--attr',
    'mediaType=text/plain',
    '--attr',
    'created=2026-01-31',
  ];
  expect((await cas(added, { cwd, input: 'x' })).code).toBe(0);
  await cas(['add', 'docs:b.png', '-', '--attr', 'mediaType=image/png'], { cwd, input: 'not really' });
  const find = async (...conditions: string[]): Promise<string> =>
    (await cas(['ls', '-r', 'docs', ...conditions.flatMap((text) => ['--where', text])], { cwd })).stdout;
  expect(await find('mediaType=text/*')).toBe('a/x.txt\n');
  expect(await find('mediaType=*', 'mediaType=*p*')).toBe('a/x.txt\nb.png\n');
  expect(await find('mediaType={image,text}/p*', 'created=*')).toBe('a/x.txt\n');
  expect((await cas(['ls', 'docs:b.png', '--where', 'mediaType=text/*'], { cwd })).stdout).toBe('');
  expect((await cas(['ls', 'docs:b.png', '--where', 'mediaType=image/*'], { cwd })).stdout).toBe('b.png\n');
  expect((await cas(['add', 'docs:c', '-', '--attr', 'mediaType'], { cwd, input: 'c' })).stderr).toContain(
    "'mediaType' is not KEY=VALUE",
  );
  expect((await cas(['ls', 'docs', '--where', 'no key=*'], { cwd })).stderr).toContain('is not allowed');
});

test('attr sets, lists and removes attributes', async () => {
  const cwd = await storeWithSet();
  const pairs = ['mediaType=text/plain', 'note=a = b', 'empty='];
  expect((await cas(['attr', 'x:a.txt', ...pairs], { cwd })).stdout).toMatch(/^sha256:/);
  expect((await cas(['attr', 'x:a.txt'], { cwd })).stdout).toBe('empty=\nmediaType=text/plain\nnote=a = b\n');
  await cas(['attr', 'x:a.txt', '--unset', 'note', '--unset', 'empty'], { cwd });
  expect(JSON.parse((await cas(['attr', 'x:a.txt', '--json'], { cwd })).stdout)).toEqual({
    mediaType: 'text/plain',
  });
  expect((await cas(['attr', 'x:a.txt', 'oops'], { cwd })).stderr).toContain("'oops' is not KEY=VALUE");
  expect((await cas(['attr', 'x:a.txt', '9=bad'], { cwd })).code).toBe(2);
  expect((await cas(['attr', 'x:gone', 'a=b'], { cwd })).code).toBe(3);
});

test('cat prints ranges, targets of symlinks and bare objects, and says what is no file', async () => {
  const cwd = await storeWithSet();
  expect((await cas(['cat', 'x:a.txt', '--offset', '3', '--length', '4'], { cwd })).stdout).toBe('3456');
  expect((await cas(['cat', 'x:a.txt', '--offset', '99'], { cwd })).stdout).toBe('');
  expect((await cas(['cat', 'x:link'], { cwd })).stdout).toBe('a.txt');
  expect((await cas(['cat', 'x'], { cwd })).stderr).toContain("hint: see what is in it with 'cas ls x'");
  expect((await cas(['cat', 'x:sub'], { cwd })).stderr).toContain("'x:sub' is a folder, and not one file");
  expect((await cas(['cat', 'x:gone'], { cwd })).stderr).toContain(
    "cannot find 'x:gone': no 'gone' in the set",
  );
  expect((await cas(['cat', 'x:a.txt', '--length', '-1'], { cwd })).code).toBe(2);
  expect((await cas(['cat'], { cwd })).stderr).toContain('nothing to print');
});

test('what is printed is the bytes that were put, of any kind and size', async () => {
  const cwd = await freshStore();
  const noise = Uint8Array.from({ length: 3_000_000 }, (_, at) => (at * at * 31 + (at >> 7)) & 255);
  const { stdout } = await cas(['put', '--stdin'], { cwd, input: noise });
  const id = stdout.trim();
  const printed = await cas(['cat', id], { cwd });
  expect([printed.code, printed.bytes.length, printed.stderr]).toEqual([0, noise.length, '']);
  expect(Buffer.compare(printed.bytes, noise)).toBe(0);
  const range = await cas(['cat', id, '--offset', '2000000', '--length', '5'], { cwd });
  expect([...range.bytes]).toEqual([...noise.subarray(2_000_000, 2_000_005)]);
});

test('cat prints ranges of what lies in a pack: whole, as a delta, as a list of chunks', async () => {
  const cwd = await freshStore();
  await cas(['config', 'set', 'chunk.threshold', '1048576'], { cwd });
  const text = Array.from({ length: 2000 }, (_, at) => `line ${at} of a text\n`).join('');
  const long = Buffer.from(Array.from({ length: 2_000_000 }, (_, at) => (at * at * 31 + (at >> 7)) & 255));
  mkdirSync(join(cwd, 'set'));
  writeFileSync(join(cwd, 'set/long'), long);
  for (const version of [text, `${text}more\n`]) {
    writeFileSync(join(cwd, 'set/text'), version);
    await cas(['commit', 'x', 'set', '-q'], { cwd });
  }
  await cas(['repack', '--all', '-q'], { cwd });
  const range = ['--offset', '1000', '--length', '50'];
  for (const [revision, form, content] of [
    ['x:text', 'whole', Buffer.from(`${text}more\n`)],
    ['x~1:text', 'delta', Buffer.from(text)],
    ['x:long', 'chunks', long],
  ] as const) {
    const { id } = JSON.parse((await cas(['show', revision, '--json'], { cwd })).stdout) as { id: string };
    expect(JSON.parse((await cas(['show', id, '--json'], { cwd })).stdout)).toMatchObject({ form });
    const { bytes } = await cas(['cat', revision, ...range], { cwd });
    expect(bytes.equals(content.subarray(1000, 1050)), form).toBe(true);
  }
  expect((await cas(['cat', '--batch', '--offset', '3'], { cwd })).stderr).toContain('whole objects only');
});

test('put prints an id for each file, in order, and nothing where one cannot be read', async () => {
  const cwd = await storeWithSet();
  const two = await cas(['put', 'set/sub/b.txt', 'set/a.txt'], { cwd });
  expect(two.stdout.split('\n')).toEqual([
    'sha256:0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f',
    'sha256:84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882',
    '',
  ]);
  const json = await cas(['put', '--json', 'set/a.txt'], { cwd });
  expect(JSON.parse(json.stdout)).toEqual({ file: 'set/a.txt', id: two.stdout.split('\n')[1] });
  expect(await cas(['put', 'set/a.txt', 'gone'], { cwd })).toMatchObject({ code: 3, stdout: '' });
  expect(await cas(['put', 'set'], { cwd })).toMatchObject({ code: 2, stdout: '' });
  expect((await cas(['put'], { cwd })).stderr).toContain('nothing to store');
});

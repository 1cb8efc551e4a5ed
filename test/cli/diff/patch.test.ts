/** `cas diff -p`: a patch that turns a folder with one set into a folder with the other. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { Volume } from 'memfs';
import { describe, expect, test } from 'vitest';
import { Arguments, type ArgumentValue, type CommandContext } from '../../../src/cli/command.ts';
import { diff } from '../../../src/cli/commands/diff.ts';
import { Output, type OutputFormat } from '../../../src/cli/output.ts';
import {
  type EntryToCommit,
  fromEntries,
  fromFolder,
  initStore,
  type OpenOptions,
  type Store,
} from '../../../src/index.ts';
import { freshFolder } from '../cas-process.ts';

interface Member {
  readonly kind: 'file' | 'executable' | 'symlink';
  /** A character a byte. */
  readonly content: string;
}

/** By path, a character a byte. */
type Members = ReadonlyMap<string, Member>;

async function openPair(before: Members, after: Members): Promise<Store> {
  const volume = new Volume();
  volume.mkdirSync('/s');
  const store = await initStore('/s/.cas', { fs: volume as unknown as NonNullable<OpenOptions['fs']> });
  await store.commit('before', fromEntries(entriesOf(before)));
  await store.commit('after', fromEntries(entriesOf(after)));
  return store;
}

function entriesOf(members: Members): EntryToCommit[] {
  return Array.from(members, ([path, { kind, content }]) => ({
    path: Buffer.from(path, 'latin1'),
    content: Buffer.from(content, 'latin1'),
    kind,
  }));
}

/** What `cas diff` prints of the two labels. */
async function patchOf(
  store: Store,
  options: Readonly<Record<string, ArgumentValue>> = {},
  format: OutputFormat = 'text',
): Promise<Buffer> {
  const stream = new PassThrough({ highWaterMark: 2 ** 26 });
  const out = new Output(stream, { format, isTerminal: false, isColored: false });
  const context = { out, store: async () => store, signal: new AbortController().signal };
  const args = new Arguments({ before: 'before', after: 'after', patch: true, ...options }, []);
  await diff.run(args, context as unknown as CommandContext);
  await out.flush();
  return (stream.read() as Buffer | null) ?? Buffer.alloc(0);
}

function writeMembers(folder: string, members: Members): void {
  for (const [path, { kind, content }] of members) {
    const place = Buffer.from(join(folder, path), 'latin1');
    mkdirSync(Buffer.from(dirname(join(folder, path)), 'latin1'), { recursive: true });
    if (kind === 'symlink') symlinkSync(Buffer.from(content, 'latin1'), place);
    else writeFileSync(place, content, 'latin1');
    if (kind === 'executable') chmodSync(place, 0o755);
  }
}

function isFolderReplaced(before: Members, after: Members): boolean {
  return [...before.keys()].some((path) => [...after.keys()].some((other) => path.startsWith(`${other}/`)));
}

interface Applied {
  readonly status: number | null;
  /** What it said, on either stream. */
  readonly output: string;
  /** How the folder differs from what it should be, letters and paths. */
  readonly differences: readonly string[];
}

async function apply(before: Members, after: Members, command: readonly string[]): Promise<Applied> {
  await using store = await openPair(before, after);
  const folder = freshFolder();
  writeMembers(folder, before);
  const [program = '', ...words] = command;
  const patch = await patchOf(store);
  const { status, stdout, stderr } =
    patch.length === 0
      ? { status: 0, stdout: '', stderr: '' } // which git apply refuses
      : spawnSync(program, words, { cwd: folder, input: patch, encoding: 'utf8' });
  const differences: string[] = [];
  for await (const { kind, path } of store.compare('after', fromFolder(folder)))
    differences.push(`${kind} ${Buffer.from(path).toString('latin1')}`);
  rmSync(folder, { recursive: true });
  return { status, output: stdout + stderr, differences };
}

const text = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'b', 'c\r', '', '-- d', '+e', '\xe9\xff', 'f\tg', '\\ No'), {
      maxLength: 12,
    }),
    fc.constantFrom('', '\n'),
  )
  .map(([lines, end]) => lines.join('\n') + end);
const longText = fc
  .tuple(fc.nat(30), text)
  .map(
    ([at, inner]) =>
      Array.from({ length: at }, (_, line) => `line ${line}\n`).join('') +
      inner +
      Array.from({ length: 30 - at }, (_, line) => `\nline ${line + at}`).join(''),
  );
const kind = fc.constantFrom('file' as const, 'executable' as const);
const member: fc.Arbitrary<Member> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind, content: text }) },
  { weight: 3, arbitrary: fc.record({ kind, content: longText }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('symlink' as const),
      content: fc.constantFrom('x', 'a/b', 'y\xff'),
    }),
  },
);
const PLAIN = ['a', 'b', 'c d', 'd', 'd/a', 'd/e/f', 'd/e/g h', 'z'];
const AWKWARD = ['\xff', 'q"\\', 't\tn\nl', 'd/\xc3\xa9', ' ', 'b ', '-'];

/** Some of the paths, none of them in what is no folder. */
function membersAt(paths: readonly string[]): fc.Arbitrary<Members> {
  return fc.array(fc.tuple(fc.constantFrom(...paths), member), { maxLength: 8 }).map((pairs) => {
    const members = new Map<string, Member>();
    for (const [path, one] of pairs) {
      const isInTheWay = [...members.keys()].some(
        (other) => path.startsWith(`${other}/`) || other.startsWith(`${path}/`),
      );
      if (!isInTheWay) members.set(path, one);
    }
    return members;
  });
}

/** Two sets, the second with some of the contents of the first at other paths. */
function pairAt(paths: readonly string[]): fc.Arbitrary<readonly [Members, Members]> {
  return fc
    .tuple(
      membersAt(paths),
      membersAt(paths),
      fc.array(fc.constantFrom('keep', 'edit', 'replace'), { minLength: 8, maxLength: 8 }),
    )
    .map(([before, drawn, ways]) => {
      const old = [...before.values()];
      const after = Array.from(drawn, ([path, one], at): [string, Member] => {
        const other = before.get(path) ?? old[at];
        if (other === undefined || ways[at] === 'replace') return [path, one];
        if (ways[at] === 'keep' || other.kind === 'symlink') return [path, other];
        return [
          path,
          { kind: one.kind === 'symlink' ? other.kind : one.kind, content: `${other.content}more\n` },
        ];
      });
      return [before, new Map(after)] as const;
    });
}

describe('cas diff -p', () => {
  test('gives git apply what makes one set of the other', async () => {
    await fc.assert(
      fc.asyncProperty(pairAt([...PLAIN, ...AWKWARD]), async ([before, after]) => {
        expect(await apply(before, after, ['git', 'apply', '--whitespace=nowarn', '-'])).toEqual({
          status: 0,
          output: '',
          differences: [],
        });
      }),
      { numRuns: 40 },
    );
  });

  test('gives patch -p1 the same, unless a folder gives way to a file, or a file to a folder', async () => {
    await fc.assert(
      fc.asyncProperty(pairAt(PLAIN), async ([before, after]) => {
        fc.pre(!isFolderReplaced(before, after) && !isFolderReplaced(after, before));
        const { differences, ...rest } = await apply(before, after, [
          'patch',
          '-p1',
          '-s',
          '--no-backup-if-mismatch',
        ]);
        expect({ ...rest, differences }).toEqual({ status: 0, output: '', differences: [] });
      }),
      { numRuns: 25 },
    );
  });

  const lines = Array.from({ length: 20 }, (_, at) => `this is line ${at}\n`);
  const file = (content: string): Member => ({ kind: 'file', content });

  test('tells renames: the same content, or half of the lines, each file once', async () => {
    const half = [...lines.slice(0, 11), ...lines.slice(11).map((line) => line.replace('line', 'row'))];
    const before = new Map([
      ['old/same', file('same\n')],
      ['old/like', file(lines.join(''))],
      ['other', file('nothing like it\n')],
      ['empty', file('')],
    ]);
    const after = new Map<string, Member>([
      ['new/copy', file('same\n')],
      ['new/same', { kind: 'executable', content: 'same\n' }],
      ['new/like', file(half.join(''))],
      ['new/other', file('else\n')],
      ['void', file('')],
    ]);
    await using store = await openPair(before, after);
    const patch = (await patchOf(store)).toString();
    expect(patch.match(/^(similarity|rename|old|new|deleted) .*/gm)).toEqual([
      'deleted file mode 100644', // empty
      'similarity index 100%',
      'rename from old/same',
      'rename to new/copy',
      expect.stringMatching(/^similarity index 5[0-9]%$/),
      'rename from old/like',
      'rename to new/like',
      'new file mode 100644', // new/other
      'new file mode 100755', // new/same: its content is taken
      'deleted file mode 100644', // other
      'new file mode 100644', // void
    ]);
    expect((await patchOf(store, { 'no-renames': true })).includes('rename')).toBe(false);
    expect(await apply(before, after, ['git', 'apply', '-'])).toEqual({
      status: 0,
      output: '',
      differences: [],
    });
  });

  test('tells renames without -p as well', async () => {
    const before = new Map([
      ['d/old', file('same\n')],
      ['like', file(lines.join(''))],
    ]);
    const after = new Map([
      ['new', file('same\n')],
      ['other', file(lines.with(3, 'changed\n').join(''))],
    ]);
    await using store = await openPair(before, after);
    const printed = async (options: Readonly<Record<string, ArgumentValue>>, format?: 'json' | 'zero') =>
      (await patchOf(store, { patch: false, ...options }, format)).toString();
    expect(await printed({})).toBe('D d/\nR d/old -> new\nR like -> other\n');
    expect(await printed({}, 'zero')).toBe('D\0d\0R\0d/old\0new\0R\0like\0other\0');
    expect(await printed({ stat: true })).toMatch(
      /^R {6}5 B -> {6}5 B {2}d\/old -> new \(100 %\)\nR .* like -> other \(9[0-9] %\)\n3 changes: 1 removed, 2 renamed; /m,
    );
    expect(await printed({ 'no-renames': true })).toBe('D d/\nD d/old\nD like\nA new\nA other\n');
    const json = (await printed({}, 'json'))
      .split('\n')
      .slice(1, 3)
      .map((one): unknown => JSON.parse(one));
    expect(json).toMatchObject([
      {
        change: 'renamed',
        path: 'new',
        from: 'd/old',
        likeness: 100,
        before: { size: 5 },
        after: { size: 5 },
      },
      { change: 'renamed', path: 'other', from: 'like' },
    ]);
  });

  test('takes the name as well where contents are the same', async () => {
    const before = new Map([['x/one', file('1\n')]]);
    const after = new Map([
      ['y/one', file('1\n')],
      ['y/two', file('2\n')],
    ]);
    await using store = await openPair(before, after);
    expect((await patchOf(store)).toString()).toContain('rename from x/one\nrename to y/one\n');
  });

  test('shows as many lines around changes as are asked for', async () => {
    const changed = lines.with(10, 'changed\n');
    const [before, after] = [lines, changed].map((all) => new Map([['f', file(all.join(''))]]));
    await using store = await openPair(before!, after!);
    const heads = async (unified: string): Promise<string | undefined> =>
      /^@@.*/m.exec((await patchOf(store, { patch: false, unified })).toString())?.[0];
    expect(await heads('0')).toBe('@@ -11,1 +11,1 @@');
    expect(await heads('1')).toBe('@@ -10,3 +10,3 @@');
    expect(await heads('100')).toBe('@@ -1,20 +1,20 @@');
    await expect(heads('x')).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('is still a patch where too much differs to compare it line by line', async () => {
    const rows = (word: string): string =>
      Array.from({ length: 1600 }, (_, at) => `${word} ${at}\n`).join('');
    const [first, last] = ['first\nsecond\n', 'a\nb\nc\nd\nend'];
    const before = new Map([['f', file(first + rows('before') + last)]]);
    const after = new Map([['f', file(first + rows('after') + last)]]);
    await using store = await openPair(before, after);
    expect((await patchOf(store)).toString()).toMatch(/^@@ -1,1605 \+1,1605 @@$/m);
    expect(await apply(before, after, ['git', 'apply', '-'])).toEqual({
      status: 0,
      output: '',
      differences: [],
    });
    for (const pair of [
      [before, new Map([['f', file(rows('x'))]])],
      [new Map([['f', file('')]]), after],
    ] as const)
      expect(await apply(...pair, ['git', 'apply', '-'])).toEqual({ status: 0, output: '', differences: [] });
  });
});

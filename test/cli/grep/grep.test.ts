/** `cas grep`: what it finds is what grep finds, and it can be stopped. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileLinePattern } from '../../../src/cli/grep/line-pattern.ts';
import { type FoundLine, LineSearch, type LineSearchOptions } from '../../../src/cli/grep/line-search.ts';
import { cutBlocks, decodeBlock, gatherBlocks, MAX_LINE_BYTES } from '../../../src/cli/grep/text-blocks.ts';
import { type CasRun, COMMAND, cas, casEnvironment, freshStore } from '../cas-process.ts';

let cwd = '';
beforeAll(async () => {
  cwd = await freshStore();
  const set = join(cwd, 'set');
  mkdirSync(join(set, 'docs'), { recursive: true });
  writeFileSync(join(set, 'a.txt'), 'one\ntwo foo\nthree\nfour\nfive\nsix Foo\n');
  writeFileSync(join(set, 'bin'), 'a\0foo\n');
  writeFileSync(join(set, 'docs/end.md'), 'no end foo');
  writeFileSync(join(set, 'latin'), Buffer.from('caf\xe9 foo\n', 'latin1'));
  writeFileSync(join(set, 'odd'), 'a\x1b[31mfoo\n');
  writeFileSync(join(set, 'slow'), `${'a'.repeat(60)}b\n`);
  symlinkSync('a.txt', join(set, 'zfoo'));
  await cas(['commit', 'set', 'set', '-q'], { cwd });
  writeFileSync(join(set, 'docs/more.md'), 'more foo\n');
  await cas(['commit', 'set', 'set', '-q'], { cwd });
});

async function grep(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await cas(['grep', ...args], { cwd });
  expect(stderr).toBe('');
  expect(code).toBe(stdout === '' ? 1 : 0);
  return stdout.split('\n').slice(0, -1);
}

async function failure(...args: string[]): Promise<CasRun> {
  const run = await cas(['grep', ...args], { cwd });
  expect(run.stdout).toBe('');
  return run;
}

describe('cas grep', () => {
  test('prints lines behind what cat takes, and tells of binary files', async () => {
    expect(await grep('foo', 'set~1')).toEqual([
      'set~1:a.txt:two foo',
      'Binary file set~1:bin matches',
      'set~1:docs/end.md:no end foo',
      'set~1:latin:caf\ufffd foo',
      'set~1:odd:a\x1b[31mfoo',
    ]);
    expect(await grep('-n', 'foo$', 'set:docs', 'set:a.txt')).toEqual([
      'set:docs/end.md:1:no end foo',
      'set:docs/more.md:1:more foo',
      'set:a.txt:2:two foo',
    ]);
    const { bytes } = await cas(['grep', 'caf', 'set'], { cwd });
    expect(bytes.toString('latin1')).toBe('set:latin:caf\xe9 foo\n');
  });

  test('takes case, words, fixed text, other lines, counts and context as grep does', async () => {
    expect(await grep('-i', '-c', 'FOO', 'set:a.txt')).toEqual(['set:a.txt:2']);
    expect(await grep('-w', 'fo', 'set:a.txt')).toEqual([]);
    expect(await grep('-w', 'é', 'set')).toEqual([]);
    expect(await grep('-i', 'CAFÉ', 'set')).toHaveLength(1);
    expect(await grep('-F', '-l', '[31m', 'set')).toEqual(['set:odd']);
    expect(await grep('-vn', '[eo]', 'set:a.txt')).toEqual([]);
    expect(await grep('-nv', 'f', 'set:a.txt')).toEqual([
      'set:a.txt:1:one',
      'set:a.txt:3:three',
      'set:a.txt:6:six Foo',
    ]);
    expect(await grep('-n', '-B1', '-A', '1', '[fF]oo', 'set:a.txt')).toEqual([
      'set:a.txt-1-one',
      'set:a.txt:2:two foo',
      'set:a.txt-3-three',
      '--',
      'set:a.txt-5-five',
      'set:a.txt:6:six Foo',
    ]);
    expect(await grep('--', '-|three', 'set:a.txt')).toEqual(['set:a.txt:three']);
    expect(await grep('one\nfour', 'set:a.txt')).toEqual(['set:a.txt:one', 'set:a.txt:four']);
  });

  test('chooses files by globs, and reads what has no match once for many versions', async () => {
    expect(await grep('-l', 'foo', 'set', '-g', '*.md', '-g', '!more*')).toEqual(['set:docs/end.md']);
    expect(await grep('-l', 'foo', 'set', '-g', 'docs/**')).toEqual(['set:docs/end.md', 'set:docs/more.md']);
    expect(await grep('-c', 'more', 'set~1', 'set', 'set')).toEqual([
      'set:docs/more.md:1',
      'set:docs/more.md:1',
    ]);
    const { stdout } = await cas(['grep', '-lz', 'foo', 'set:docs'], { cwd });
    expect(stdout).toBe('set:docs/end.md\0set:docs/more.md\0');
  });

  test('searches the content that a bare id names', async () => {
    const [{ id = '' } = {}] = (await cas(['ls', '--json', 'set:a.txt'], { cwd })).stdout
      .split('\n', 1)
      .map((line) => JSON.parse(line) as { id?: string });
    const hex = id.slice('sha256:'.length);
    expect(await grep('-n', 'foo', id)).toEqual([`${id}:2:two foo`]);
    expect(await grep('-c', 'foo', hex, hex.slice(0, 12))).toEqual([`${hex}:1`, `${hex.slice(0, 12)}:1`]);
    expect(await grep('-l', '--json', 'foo', hex)).toEqual([`{"revision":"${hex}","path":""}`]);
    expect(await grep('nothing', hex)).toEqual([]);
    expect((await failure('foo', hex.replace(/./g, '0'))).stderr).toContain('is not in this store');
  });

  test('prints JSON', async () => {
    const lines = await grep('--json', '-A1', 'foo', 'set~1');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { revision: 'set~1', path: 'a.txt', kind: 'match', line: 2, text: 'two foo' },
      { revision: 'set~1', path: 'a.txt', kind: 'context', line: 3, text: 'three' },
      { revision: 'set~1', path: 'bin', kind: 'binary' },
      { revision: 'set~1', path: 'docs/end.md', kind: 'match', line: 1, text: 'no end foo' },
      { revision: 'set~1', path: 'latin', kind: 'match', line: 1, text: 'caf%E9 foo' },
      { revision: 'set~1', path: 'odd', kind: 'match', line: 1, text: 'a\x1b[31mfoo' },
    ]);
    expect(await grep('--json', '-l', 'more', 'set')).toEqual(['{"revision":"set","path":"docs/more.md"}']);
    expect(await grep('--json', '-c', 'five', 'set')).toEqual([
      '{"revision":"set","path":"a.txt","count":1}',
    ]);
  });

  test('says what is wrong and what to do', async () => {
    expect(await failure('(a', 'set')).toMatchObject({
      code: 2,
      stderr:
        "cas: not a regular expression: '(a': unterminated group\nhint: mend it as JavaScript reads it, or search for the text as it is with -F\n",
    });
    expect((await failure('foo')).stderr).toContain("hint: write 'cas grep PATTERN REV…'");
    expect(await failure('foo', 'nope')).toMatchObject({ code: 3 });
    expect((await failure('foo', 'set:zfoo')).stderr).toContain('is a symlink');
    expect((await failure('-z', 'foo', 'set')).stderr).toContain('give it along with -l');
    expect((await failure('-A', 'x', 'foo', 'set')).stderr).toContain('--after-context takes a whole number');
    expect((await failure('-g', '[', 'foo', 'set')).stderr).toContain("not a pattern: '['");
  });

  test('is stopped by Ctrl-C in the midst of a pattern that would take for ever', async () => {
    const options = { cwd, env: casEnvironment() };
    const args = ['grep', 'five|^(a+)+$', 'set:a.txt', 'set:slow'];
    const child = spawn(process.execPath, [COMMAND, ...args], options);
    let stderr = '';
    child.stderr.on('data', (piece: Buffer) => {
      stderr += piece.toString();
    });
    const [first] = (await once(child.stdout, 'data')) as [Buffer];
    expect(first.toString()).toBe('set:a.txt:five\n');
    await setTimeout(300); // by now it is at the other file
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([130, null]);
    expect(stderr).toContain('cas: interrupted');
  });
});

const OPTIONS: LineSearchOptions = {
  select: 'matching',
  wants: 'lines',
  before: 0,
  after: 0,
  numbers: 'count',
  findSpans: false,
};

function formatFound(found: readonly FoundLine[]): string {
  let last = found[0]?.number ?? 0;
  return found
    .map(({ kind, number, text }) => {
      const gap = number > last + 1 ? '--\n' : '';
      last = number;
      return `${gap}${number}${kind === 'match' ? ':' : '-'}${text}\n`;
    })
    .join('');
}

test('finds the lines that GNU grep finds, with the same lines around them', () => {
  const pattern = fc.constantFrom(
    'a',
    'a+b',
    '^a',
    'b$',
    'a|_',
    '[ab] ',
    '(ab)+',
    '',
    '.',
    '^$',
    '\\.',
    'B_?',
    'ab',
  );
  const line = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '_', ' ', '.'), maxLength: 5 });
  const text = fc
    .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('', '\n'))
    .map(([lines, end]) => lines.join('\n') + end);
  const flags = fc.record({ i: fc.boolean(), F: fc.boolean(), v: fc.boolean(), w: fc.boolean() });
  const around = fc.tuple(fc.nat(2), fc.nat(2));
  fc.assert(
    fc.property(pattern, text, flags, around, (source, content, { i, F, v, w }, [before, after]) => {
      fc.pre(!w || /^[ab]+$/.test(source)); // where words are but a part of a match, grep goes ways of its own
      const words = [i && '-i', F ? '-F' : '-E', v && '-v', w && '-w', '-n', `-B${before}`, `-A${after}`];
      const args = words.filter((word) => word !== false);
      const { stdout } = spawnSync('grep', [...args, '-e', source], { input: content, encoding: 'utf8' });
      const compiled = compileLinePattern(source, {
        text: F ? 'fixed' : 'regular expression',
        letters: i ? 'any case' : 'as they are',
        at: w ? 'whole words' : 'anywhere',
      });
      const search = new LineSearch(compiled, {
        ...OPTIONS,
        select: v ? 'others' : 'matching',
        before,
        after,
      });
      const found: FoundLine[] = [];
      search.search(decodeBlock(Buffer.from(content)), found);
      expect(formatFound(found)).toBe(stdout);
    }),
    { numRuns: 300 },
  );
});

test('finds in a text the lines that have a match by themselves', () => {
  const atom = fc.constantFrom(
    'a',
    'é',
    '.',
    '\\s',
    '\\S',
    '\\W',
    '\\b',
    '\\B',
    '\\D',
    '[^a]',
    '[^\\s]',
    '[\\s,]',
    '[a-é]',
    '[^]',
    '[]',
    '^',
    '$',
    '\\t',
    '\\.',
    '(?=a)',
    '(?!\\s)',
    '(?<=,)',
    '(?<!a)',
    '(a|,)',
    '(?:é|^)',
    '\\r',
    '\\n',
    '\\u{e9}',
    '\\1',
  );
  const repeated = fc
    .tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{1,2}'))
    .map((parts) => parts.join(''));
  const source = fc
    .array(fc.oneof(repeated, fc.constant('|')), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join(''))
    .filter(isExpression);
  const line = fc.string({
    unit: fc.constantFrom('a', 'é', ',', ' ', '\r', '\t', '\u2028', '.'),
    maxLength: 4,
  });
  const text = fc
    .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('', '\n'))
    .map(([lines, end]) => lines.join('\n') + end);
  const at = fc.constantFrom('anywhere' as const, 'whole words' as const);
  const letters = fc.constantFrom('as they are' as const, 'any case' as const);
  fc.assert(
    fc.property(source, text, at, letters, (pattern, content, where, cases) => {
      const compiled = compileLinePattern(pattern, { text: 'regular expression', letters: cases, at: where });
      const found: FoundLine[] = [];
      new LineSearch(compiled, OPTIONS).search({ text: content, encoding: 'utf8' }, found);
      const lines = content.split('\n');
      if (lines.at(-1) === '') lines.pop();
      const wanted = lines.flatMap((one, number) => (compiled.matches(one) ? [[number + 1, one]] : []));
      expect(found.map((one) => [one.number, one.text])).toEqual(wanted);
    }),
    { numRuns: 800 },
  );
});

function isExpression(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}

test('content that comes in pieces makes the same lines as content in one', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', '\n', 'é', 'bb'), maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 6 }), fc.nat(3), async (texts, scale) => {
      const pieces = texts.map((piece) => Buffer.from(piece.repeat(10 ** scale * 100)));
      const whole = Buffer.concat(pieces);
      const gathered: Buffer[] = [];
      for await (const block of gatherBlocks(pieces as unknown as AsyncIterable<Uint8Array>))
        gathered.push(Buffer.from(block));
      for (const blocks of [gathered, [...cutBlocks(whole)]]) {
        expect(Buffer.concat(blocks).equals(whole)).toBe(true);
        expect(blocks.slice(0, -1).every((block) => block.at(-1) === 0x0a)).toBe(true);
      }
    }),
    { numRuns: 30 },
  );
});

test('a line of a stream that never ends is taken in pieces', async () => {
  const lengths: number[] = [];
  for await (const block of gatherBlocks(createReadStream('/dev/zero', { end: MAX_LINE_BYTES * 2 })))
    lengths.push(block.length);
  expect(Math.max(...lengths)).toBeLessThan(MAX_LINE_BYTES + 2 ** 20);
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(MAX_LINE_BYTES * 2 + 1);
});

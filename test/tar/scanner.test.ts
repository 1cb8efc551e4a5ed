import { describe, expect, test } from 'vitest';
import { formatName } from '../../src/bytes/text.ts';
import { collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import type { TarFile, TarMember, TarSpecial } from '../../src/tar/member.ts';
import { scanTar, type TarOptions } from '../../src/tar/scanner.ts';
import {
  base256,
  file,
  folder,
  GNU,
  gnuLong,
  hardLink,
  header,
  padded,
  pax,
  raw,
  symlink,
  tar,
  V7,
} from './tar-builder.ts';

async function scan(bytes: Uint8Array, options: TarOptions = {}): Promise<TarMember[]> {
  const members: TarMember[] = [];
  for await (const member of scanTar(streamOf(bytes), options)) members.push(member);
  return members;
}

async function pathsOf(...parts: readonly Uint8Array[]): Promise<string[]> {
  return (await scan(tar(...parts))).map((member) => formatName(member.path));
}

async function only(...parts: readonly Uint8Array[]): Promise<TarMember> {
  const members = await scan(tar(...parts));
  expect(members).toHaveLength(1);
  return members[0]!;
}

async function textOf(member: TarFile): Promise<string> {
  return new TextDecoder().decode(await collectBytes(member.content));
}

describe('scanTar() on names', () => {
  test.each([
    ['a//./b', 'a/b'],
    ['./a', 'a'],
    ['././a/.', 'a'],
    ['a/././/b', 'a/b'],
  ])('drops what says nothing: %s is %s', async (spelt, path) => {
    expect(await pathsOf(folder(spelt))).toEqual([path]);
  });

  test.each(['C:x', 'C:', 'c:\\x', '\\\\srv\\s', '..\\x', 'a\\b', '...', '.cas.', '.git', '-rf', ' '])(
    'keeps %s, which is a name like any other',
    async (name) => {
      expect(await pathsOf(file(name))).toEqual([name]);
    },
  );

  test('keeps bytes that are not text, in every place that a name can stand in', async () => {
    const name = raw('\xff\xfe\r\n\x1b\xe2\x80\xae');
    for (const parts of [
      [file(name)],
      [gnuLong('L', name), file('x')],
      [pax([['path', name]]), file('x')],
      [
        pax([
          ['hdrcharset', 'BINARY'],
          ['path', name],
        ]),
        file('x'),
      ],
      [file(name, '', { magic: V7 })],
      [file(name, '', { magic: GNU })],
    ])
      expect((await only(...parts)).path).toEqual(name);
    expect((await only(file(name, '', { prefix: name }))).path).toEqual(
      Uint8Array.of(...name, 0x2f, ...name),
    );
  });

  test('reads names of up to 255 bytes, 4,095 a path and 1,000 deep', async () => {
    const wide = `${`${'n'.repeat(255)}/`.repeat(15)}${'m'.repeat(255)}`;
    const deep = `${'d/'.repeat(999)}f`;
    expect(wide).toHaveLength(4095);
    expect(await pathsOf(gnuLong('L', wide), file('x'))).toEqual([wide]);
    expect(await pathsOf(pax([['path', `./${wide}`]]), file('x'))).toEqual([wide]);
    expect(await pathsOf(pax([['path', deep]]), file('x'))).toEqual([deep]);
  });

  test('reads a name that fills its field', async () => {
    expect(await pathsOf(file('n'.repeat(100)))).toEqual(['n'.repeat(100)]);
    const prefix = 'p'.repeat(155);
    expect(await pathsOf(file('n'.repeat(100), '', { prefix }))).toEqual([`${prefix}/${'n'.repeat(100)}`]);
  });

  test('takes a prefix only where the format has one', async () => {
    expect(await pathsOf(file('n', '', { prefix: 'p' }))).toEqual(['p/n']);
    expect(await pathsOf(file('n', '', { prefix: 'p', magic: GNU }))).toEqual(['n']);
    expect(await pathsOf(file('n', '', { prefix: 'p', magic: V7 }))).toEqual(['n']);
    const star = `${'p'.repeat(131)}000000000000`;
    expect(await pathsOf(file('n', '', { prefix: star, tail: 'tar\0' }))).toEqual([`${'p'.repeat(131)}/n`]);
  });

  test('keeps nothing of the stream in memory for a name or a target', async () => {
    const stream = streamOf(Buffer.from(tar(file('a'), file('./b'), symlink('s', 't'), hardLink('h', 'a'))));
    for await (const member of scanTar(stream)) {
      const kept = 'linkTarget' in member ? [member.path, member.linkTarget] : [member.path];
      for (const bytes of kept) {
        expect(bytes.buffer.byteLength).toBe(bytes.length);
        expect(Buffer.isBuffer(bytes)).toBe(false);
      }
    }
  });

  test('leaves the root out, however it is spelt', async () => {
    expect(await pathsOf(folder('.'), folder('./'), folder('.//.'), file('a'))).toEqual(['a']);
  });
});

describe('scanTar() on kinds', () => {
  test('tells files, folders, symlinks and hard links apart', async () => {
    const members = await scan(
      tar(file('f', 'x'), folder('d/'), symlink('s', '../any//where'), hardLink('h', './f')),
    );
    expect(members.map(({ kind }) => kind)).toEqual(['file', 'folder', 'symlink', 'hardlink']);
    expect(members[2]).toMatchObject({ linkTarget: raw('../any//where') });
    expect(members[3]).toMatchObject({ linkTarget: raw('f') });
  });

  test('takes a trailing slash for a folder in v7, which has no type for it', async () => {
    expect(await only(file('d/', '', { magic: V7, type: '\0' }))).toMatchObject({
      kind: 'folder',
      path: raw('d'),
    });
  });

  test('reads a NUL type and a contiguous file as files', async () => {
    expect((await only(file('a', 'x', { type: '\0' }))).kind).toBe('file');
    expect((await only(file('a', 'x', { type: '7' }))).kind).toBe('file');
  });

  test.each([
    [0o644, false],
    [0o755, true],
    [0o100, true],
    [0o011, false],
    [0o100755, true],
  ])('mode %o is executable: %s', async (mode, isExecutable) => {
    expect(await only(file('a', '', { mode }))).toMatchObject({ isExecutable });
  });

  test.each([0o2755, 0o1777, 0o4755, 0o042755])('accepts a folder of mode %o', async (mode) => {
    expect((await only(folder('d', { mode }))).kind).toBe('folder');
  });

  test('reads symlink targets of any bytes, up to 4,095', async () => {
    const target = raw('/\xff'.repeat(2047));
    expect(await only(gnuLong('K', target), symlink('s', 'x'))).toMatchObject({ linkTarget: target });
    expect(await only(pax([['linkpath', target]]), symlink('s', 'x'))).toMatchObject({ linkTarget: target });
  });

  test('leaves out devices and fifos, and says so, when asked', async () => {
    const left: TarSpecial[] = [];
    const bytes = tar(header({ name: './dev/null', type: '3' }), header({ name: 'p', type: '6' }), file('a'));
    const members = await scan(bytes, { onSpecial: (special) => left.push(special) });
    expect(members.map(({ path }) => formatName(path))).toEqual(['a']);
    expect(left.map(({ path, offset }) => [formatName(path), offset])).toEqual([
      ['dev/null', 0],
      ['p', 512],
    ]);
  });
});

describe('scanTar() on extensions', () => {
  test('reads attributes, and nothing else, from extended attributes', async () => {
    const member = await only(
      pax([
        ['SCHILY.xattr.user.caskit.mediaType', 'text/plain'],
        ['SCHILY.xattr.user.caskit.empty', ''],
        ['SCHILY.xattr.user.caskit.lines', 'a=b\nc ü'],
        ['SCHILY.xattr.user.other', raw('\xff\0')],
        ['SCHILY.xattr.security.capability', raw('\x01\0\xff')],
        ['__proto__', 'x'],
        ['constructor', 'x'],
      ]),
      file('a'),
    );
    expect([...member.attributes]).toEqual([
      ['mediaType', 'text/plain'],
      ['empty', ''],
      ['lines', 'a=b\nc ü'],
    ]);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  test('what a pax header says holds for one member', async () => {
    const [first, second] = await scan(
      tar(
        pax([
          ['path', 'b'],
          ['mtime', '7'],
          ['SCHILY.xattr.user.caskit.k', 'v'],
        ]),
        file('a'),
        file('c'),
      ),
    );
    expect(first).toMatchObject({ path: raw('b'), modifiedSeconds: 7 });
    expect(second).toMatchObject({ path: raw('c'), modifiedSeconds: 0 });
    expect(second!.attributes.size).toBe(0);
  });

  test.each([['x first'], ['L first']])(
    'a size from pax is for the member, not for a long name between: %s',
    async (order) => {
      const size = pax([
        ['size', '5'],
        ['SCHILY.xattr.user.caskit.k', 'v'],
      ]);
      const name = gnuLong('L', 'n'.repeat(200));
      const parts = order === 'x first' ? [size, name] : [name, size];
      const bytes = tar(...parts, header({ name: 'n' }), padded('hello'), file('z'));
      const contents: string[] = [];
      for await (const member of scanTar(streamOf(bytes)))
        if (member.kind === 'file') contents.push(`${member.path.length} ${await textOf(member)}`);
      expect(contents).toEqual(['200 hello', '1 ']);
    },
  );

  test('reads a long link and a long name of one member', async () => {
    const member = await only(
      gnuLong('K', 't'.repeat(300)),
      gnuLong('L', 'n'.repeat(200)),
      symlink('n', 't'),
    );
    expect(member).toMatchObject({ path: raw('n'.repeat(200)), linkTarget: raw('t'.repeat(300)) });
  });

  test('takes the time of a global header for members that say none themselves', async () => {
    const members = await scan(
      tar(
        pax(
          [
            ['comment', 'x'],
            ['mtime', '9.9'],
          ],
          { type: 'g' },
        ),
        file('a'),
        pax([['mtime', '8']]),
        file('b'),
      ),
    );
    expect(members.map(({ modifiedSeconds }) => modifiedSeconds)).toEqual([9, 8]);
  });

  test('accepts a header of exactly the largest size', async () => {
    const value = 'v'.repeat(1024 - '1024 comment=\n'.length);
    const bytes = tar(pax([['comment', value]]), file('a'));
    expect(await scan(bytes, { maxHeaderBytes: 1024 })).toHaveLength(1);
    await expect(scan(bytes, { maxHeaderBytes: 1023 })).rejects.toMatchObject({
      code: 'TAR_HEADER_TOO_LARGE',
    });
  });
});

describe('scanTar() on times', () => {
  test.each([
    ['octal', { mtime: 1_600_000_000 }, 1_600_000_000],
    ['the largest octal', { mtime: '77777777777\0' }, 8_589_934_591],
    ['base-256', { mtime: base256(8_589_934_592n) }, 8_589_934_592],
    ['negative base-256', { mtime: base256(-5n) }, -5],
    ['a blank field', { mtime: '            ' }, undefined],
  ] as const)('reads %s', async (_title, fields, seconds) => {
    expect((await only(file('a', '', fields))).modifiedSeconds).toBe(seconds);
  });

  test.each([
    ['-1.5', -2],
    ['0', 0],
    ['-0.0', 0],
    ['1600000000.987654321', 1_600_000_000],
    ['884541340800', 884_541_340_800],
  ])('rounds %s of a pax header down to %d', async (text, seconds) => {
    expect((await only(pax([['mtime', text]]), file('a'))).modifiedSeconds).toBe(seconds);
  });
});

/** Trees that nobody means well with. */
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { encodeVarint } from '../../src/bytes/varint.ts';
import { streamOf } from '../../src/flow/byte-stream.ts';
import { MAX_ATTRIBUTES_BYTES } from '../../src/object/attributes.ts';
import { decodeTree, decodeTreeStream } from '../../src/object/tree.ts';
import { costMs } from '../arbitraries/codec-laws.ts';
import { cpuMs } from '../cpu-time.ts';

const corrupt = (code: string): unknown => expect.objectContaining({ name: 'CorruptError', code });
const ID = new Uint8Array(32).fill(0xab);

/** The bytes of one entry, good or bad. */
function entryBytes(
  name: string | Uint8Array,
  { mode = '100644', size = '0', id = ID, tail = '\0' } = {},
): Uint8Array {
  const nameBytes = typeof name === 'string' ? encodeText(name) : name;
  return concatBytes([encodeText(`${mode} ${size} `), nameBytes, encodeText('\0'), id, encodeText(tail)]);
}

const treeOf = (...entries: readonly Uint8Array[]): Uint8Array =>
  concatBytes([encodeText('tree 1\n'), concatBytes(entries)]);

describe('decodeTree() refuses', () => {
  test('nothing of what is only the beginning of these tests', () => {
    expect(decodeTree(treeOf(entryBytes('a')))).toHaveLength(1);
  });

  test.each(['.', '..', '', '/', 'a/b', '.cas', '.CAS', '.cAS', 'x'.repeat(256)])('the name %j', (name) => {
    expect(() => decodeTree(treeOf(entryBytes(name)))).toThrow(corrupt('TREE_INVALID'));
  });

  test.each([
    ['a name twice', ['a', 'a']],
    ['names out of order', ['b', 'a']],
    ['an order by git, with folders as if they ended in a slash', ['a.b', 'a']],
    ['an order by signed bytes', ['\u00ff', 'a']],
    ['a longer name before its beginning', ['ab', 'a']],
  ])('%s', (_, names) => {
    expect(() => decodeTree(treeOf(...names.map((name) => entryBytes(name))))).toThrow(
      corrupt('TREE_INVALID'),
    );
  });

  test.each([
    '0',
    '',
    '100664',
    '0100644',
    '160000',
    '777777',
    '100600',
    '040000',
    '40755',
    '10064',
    '1006440',
    ' 100644',
    '100644\n',
  ])('the mode %j', (mode) => {
    expect(() => decodeTree(treeOf(entryBytes('a', { mode })))).toThrow(corrupt('TREE_INVALID'));
  });

  test.each([
    '',
    '-1',
    '+1',
    '01',
    '00',
    '1e3',
    '0x1',
    '1.0',
    '9007199254740992',
    '18446744073709551616',
    '1'.repeat(17),
    '１',
  ])('the size %j', (size) => {
    expect(() => decodeTree(treeOf(entryBytes('a', { size })))).toThrow(corrupt('TREE_INVALID'));
  });

  test.each(['0', '4096', '9007199254740991'])('a symlink of %s bytes', (size) => {
    expect(() => decodeTree(treeOf(entryBytes('a', { mode: '120000', size })))).toThrow(
      corrupt('TREE_INVALID'),
    );
  });

  test.each([
    ['nothing', ''],
    ['a half line', 'tree 1'],
    ['another version', 'tree 2\n'],
    ['a CRLF', 'tree 1\r\n'],
    ['a byte order mark', '\ufefftree 1\n'],
    ["git's own tree", '100644 a\0'],
  ])('%s for a first line', (_, text) => {
    expect(() => decodeTree(encodeText(text))).toThrow(corrupt('TREE_INVALID'));
  });

  test('an entry cut short at any byte', () => {
    const whole = treeOf(entryBytes('name', { size: '12', tail: '\x04a=b\0' }));
    const ends = Array.from({ length: whole.length - 8 }, (_, at) => at + 8);
    expect(decodeTree(whole)).toHaveLength(1);
    for (const end of ends) expect(() => decodeTree(whole.subarray(0, end))).toThrow(corrupt('TREE_INVALID'));
  });

  test.each([
    ['a count of attributes in two bytes', '\x80\0', 'VARINT_INVALID'],
    ['a count without an end', '\x80'.repeat(20), 'VARINT_INVALID'],
    ['attributes out of order', '\x08b=1\0a=1\0', 'ATTRIBUTES_INVALID'],
    ['something after the last entry', '\0\0', 'TREE_INVALID'],
  ])('%s', (_, tail, code) => {
    const bytes = treeOf(entryBytes('a', { tail: '' }), new Uint8Array(Buffer.from(tail, 'latin1')));
    expect(() => decodeTree(bytes)).toThrow(corrupt(code));
  });

  test('a count of attributes over 64 KiB, before any of them has come', () => {
    for (const count of [MAX_ATTRIBUTES_BYTES + 1, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
      const bytes = treeOf(entryBytes('a', { tail: '' }), encodeVarint(count));
      expect(() => decodeTree(bytes)).toThrow(corrupt('TREE_INVALID'));
    }
  });

  test.each([
    ['without a space', 'a'],
    ['of spaces', ' '],
    ['of digits', '1'],
  ])('64 MiB %s promptly', (_, character) => {
    const bytes = treeOf(new Uint8Array(2 ** 26).fill(character.charCodeAt(0)));
    expect(
      costMs(() => {
        expect(() => decodeTree(bytes)).toThrow(corrupt('TREE_INVALID'));
      }),
    ).toBeLessThan(2000);
  });

  test('an id of nothing but zeros is an id like any other', () => {
    expect(decodeTree(treeOf(entryBytes('a', { id: new Uint8Array(32) })))[0]!.id).toBe(
      `sha256:${'0'.repeat(64)}`,
    );
  });
});

async function* singly(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (const byte of bytes) yield Uint8Array.of(byte);
}

describe('decodeTreeStream()', () => {
  test.each([
    ['size', encodeText('tree 1\n100644 ')],
    ['name', encodeText('tree 1\n100644 0 ')],
    ['attributes', treeOf(entryBytes('a', { tail: '' }), encodeVarint(2 ** 29))],
  ])('stops an entry whose %s has no end after 140 kB, however much follows', async (_, head) => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield head;
      for (; sent < 2 ** 26; sent += 1000) yield new Uint8Array(1000).fill(0x31);
    }
    const entries = decodeTreeStream(endless());
    await expect(entries.next()).rejects.toEqual(corrupt('TREE_INVALID'));
    expect(sent).toBeLessThan(140_000);
  });

  test('a sender of single bytes costs little more than one of large pieces', async () => {
    const attributes = concatBytes([encodeText('a='), new Uint8Array(65_000).fill(0x78), new Uint8Array(1)]);
    const entries = Array.from({ length: 8 }, (_, index) =>
      concatBytes([entryBytes(`f${index}`, { tail: '' }), encodeVarint(attributes.length), attributes]),
    );
    const bytes = treeOf(...entries);
    const start = cpuMs();
    let count = 0;
    for await (const entry of decodeTreeStream(singly(bytes))) {
      count += entry.name.length > 0 ? 1 : 0;
    }
    expect(count).toBe(8);
    expect(cpuMs() - start).toBeLessThan(5000);
  });

  test('a tree of 200,000 entries decodes within seconds', async () => {
    const rest = `\0${'i'.repeat(32)}\0`;
    const entries = Array.from(
      { length: 200_000 },
      (_, index) => `100644 0 f${String(index).padStart(7, '0')}${rest}`,
    );
    const bytes = encodeText(`tree 1\n${entries.join('')}`);
    const start = cpuMs();
    let count = 0;
    for await (const entry of decodeTreeStream(streamOf(bytes))) count += entry.sizeBytes === 0 ? 1 : 0;
    expect(count).toBe(200_000);
    expect(cpuMs() - start).toBeLessThan(20_000);
  });
});

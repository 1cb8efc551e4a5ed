import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { InvalidInputError } from '../../src/errors/errors.ts';
import { type ByteStream, streamOf } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { MAX_ATTRIBUTES_BYTES, NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import { decodeTree, decodeTreeStream, encodeTree, formatMode } from '../../src/object/tree.ts';
import type { TreeEntry } from '../../src/object/tree-entry.ts';
import { anyBytes, anyCuts, anyDamaged, piecesOf } from '../arbitraries/bytes.ts';
import { attempt, isTyped, testCodecLaws } from '../arbitraries/codec-laws.ts';
import { anyEntries } from '../arbitraries/trees.ts';

async function collectEntries(stream: ByteStream): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  for await (const entry of decodeTreeStream(stream)) entries.push(entry);
  return entries;
}

const ID = hashBytes(new Uint8Array(0));
const entry = (name: string, part: Partial<TreeEntry> = {}): TreeEntry => ({
  name: encodeText(name),
  kind: 'file',
  sizeBytes: 0,
  id: ID,
  attributes: NO_ATTRIBUTES,
  ...part,
});

describe('encodeTree() and decodeTree()', () => {
  testCodecLaws('a tree', { encode: encodeTree, decode: decodeTree }, anyEntries());

  test('the empty tree is its first line', () => {
    expect(encodeTree([])).toEqual(encodeText('tree 1\n'));
    expect(decodeTree(encodeText('tree 1\n'))).toEqual([]);
  });

  test('names that are one text in two spellings, or two cases, are two names', () => {
    const names = ['A', 'a', 'e\u0301', '\u00e9'];
    const entries = names.map((name) => entry(name));
    expect(decodeTree(encodeTree(entries))).toEqual(entries);
  });

  test('a folder sorts as its name, without a slash', () => {
    const entries = [entry('a', { kind: 'folder' }), entry('a.b'), entry('a0')];
    expect(decodeTree(encodeTree(entries))).toEqual(entries);
  });

  test('names decoded from a Buffer are plain bytes that outlive it', () => {
    const buffer = Buffer.from(encodeTree([entry('keep')]));
    const [found] = decodeTree(buffer);
    buffer.fill(0);
    expect(found!.name).toEqual(encodeText('keep'));
  });

  test.each<[string, TreeEntry[], string]>([
    ['names out of order', [entry('b'), entry('a')], 'TREE_INVALID'],
    ['a name twice', [entry('a'), entry('a', { kind: 'folder' })], 'TREE_INVALID'],
    ['a name with a slash', [entry('a/b')], 'TREE_INVALID'],
    ['a negative size', [entry('a', { sizeBytes: -1 })], 'TREE_INVALID'],
    ['a size of 2^53', [entry('a', { sizeBytes: 2 ** 53 })], 'TREE_INVALID'],
    ['a size that is no whole number', [entry('a', { sizeBytes: 1.5 })], 'TREE_INVALID'],
    ['a symlink without a target', [entry('a', { kind: 'symlink', sizeBytes: 0 })], 'TREE_INVALID'],
    ['a symlink of 4,096 bytes', [entry('a', { kind: 'symlink', sizeBytes: 4096 })], 'TREE_INVALID'],
    ['a bad attribute', [entry('a', { attributes: new Map([['b=c', '']]) })], 'ATTRIBUTE_INVALID'],
    [
      'attributes of over 64 KiB',
      [entry('a', { attributes: new Map([['b', 'x'.repeat(MAX_ATTRIBUTES_BYTES)]]) })],
      'ATTRIBUTES_TOO_LARGE',
    ],
  ])('encodeTree() refuses %s', (_, entries, code) => {
    const found = attempt(() => encodeTree(entries));
    expect(found).toMatchObject({ kind: 'error', error: { code } });
    expect(found.kind === 'error' && found.error).toBeInstanceOf(InvalidInputError);
  });

  test('the error of encodeTree() shows a name so that a terminal is safe', () => {
    expect(() => encodeTree([entry('\x1b[2J/')])).toThrow("'%1B[2J/'");
  });

  test('modes are the four that git has for them', () => {
    const kinds = ['file', 'executable', 'symlink', 'folder'] as const;
    expect(kinds.map(formatMode)).toEqual(['100644', '100755', '120000', '40000']);
  });
});

describe('decodeTreeStream()', () => {
  const anyTreeBytes = fc.oneof(
    anyEntries().map(encodeTree),
    anyDamaged(anyEntries().map(encodeTree)),
    anyBytes(64).map((bytes) => concatBytes([encodeText('tree 1\n'), bytes])),
  );

  test('answers as decodeTree() does, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(anyTreeBytes, anyCuts(), async (bytes, cuts) => {
        const whole = attempt(() => decodeTree(bytes));
        const stream = collectEntries(streamOf(...piecesOf(bytes, cuts)));
        if (whole.kind === 'value') expect(await stream).toEqual(whole.value);
        else await expect(stream).rejects.toSatisfy(isTyped);
      }),
      { numRuns: 500 },
    );
  });

  test('decodes entries that lie across its own pieces', async () => {
    const attributes = new Map([['a', 'x'.repeat(MAX_ATTRIBUTES_BYTES - 3)]]);
    const entries = ['a', 'b', 'c', 'd', 'e'].map((name) => entry(name, { attributes }));
    const bytes = encodeTree(entries);
    for (const size of [1000, 4096, 65_536, 70_001, bytes.length]) {
      const cuts = Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => (index + 1) * size);
      expect(await collectEntries(streamOf(...piecesOf(bytes, cuts)))).toEqual(entries);
    }
  });

  test('takes a Node stream, whose pieces are Buffers', async () => {
    const entries = [entry('a'), entry('b')];
    expect(await collectEntries(Readable.from([Buffer.from(encodeTree(entries))]))).toEqual(entries);
  });

  test('a failure of the stream is the failure', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield encodeTree([entry('a')]);
      throw new Error('cable');
    }
    await expect(collectEntries(broken())).rejects.toThrow('cable');
  });
});

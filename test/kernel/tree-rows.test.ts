/** Trees that the kernel reads, held against the decoder that says what is wrong. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { CorruptError } from '../../src/errors/errors.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { objectIdFromBytes } from '../../src/hash/object-id.ts';
import { decodeTree, encodeTree } from '../../src/object/tree.ts';
import type { TreeEntry } from '../../src/object/tree-entry.ts';
import { TreeReader } from '../../src/tree/tree-reader.ts';
import { anyBytes, anyDamaged } from '../arbitraries/bytes.ts';
import { anyEntries } from '../arbitraries/trees.ts';

const reader = new TreeReader();

type Told = Pick<TreeEntry, 'name' | 'sizeBytes' | 'id'> & { readonly isFolder: boolean };

/** What the reader tells of a tree; `undefined` where it says that it is none. */
function read(tree: Uint8Array): Told[] | undefined {
  const told: Told[] = [];
  reader.open(tree);
  let count = reader.next();
  for (; count > 0; count = reader.next()) {
    for (let row = 0; row < count; row++) {
      const at = reader.rows.idAt(row);
      told.push({
        name: tree.slice(at - 1 - reader.rows.nameBytesAt(row), at - 1),
        sizeBytes: reader.rows.sizeAt(row),
        id: objectIdFromBytes(tree.subarray(at, at + 32)),
        isFolder: reader.rows.isFolderAt(row),
      });
    }
  }
  return count < 0 ? undefined : told;
}

function decoded(tree: Uint8Array): Told[] | undefined {
  try {
    return decodeTree(tree).map(({ name, sizeBytes, id, kind }) => ({
      name: Uint8Array.from(name),
      sizeBytes,
      id,
      isFolder: kind === 'folder',
    }));
  } catch (error) {
    if (error instanceof CorruptError) return undefined;
    throw error;
  }
}

const anyTree = anyEntries().map(encodeTree);

test('the kernel reads of every tree what decodeTree() does', () => {
  fc.assert(
    fc.property(anyTree, (tree) => {
      expect(read(tree)).toEqual(decoded(tree));
    }),
    { numRuns: 500 },
  );
});

test('the kernel takes bytes for a tree only where decodeTree() does', () => {
  const almost = fc.oneof(
    anyDamaged(anyTree),
    anyDamaged(anyTree),
    anyBytes(),
    anyBytes().map((bytes) => Uint8Array.from([...encodeText('tree 1\n'), ...bytes])),
  );
  fc.assert(
    fc.property(almost, (tree) => {
      expect(read(tree)).toEqual(decoded(tree));
    }),
    { numRuns: 3000 },
  );
});

const ID = String.fromCharCode(...new Uint8Array(32).fill(65));
const entry = (head: string, attributes = '\0'): string => `${head}\0${ID}${attributes}`;

const SPELLINGS: readonly string[] = [
  entry('100644 0 a'),
  entry('100755 0 a'),
  entry('040000 0 a'),
  entry('40000 0 a'),
  entry('120000 0 a'),
  entry('120000 1 a'),
  entry('120000 4095 a'),
  entry('120000 4096 a'),
  entry('100644 00 a'),
  entry('100644 01 a'),
  entry('100644  a'),
  entry('100644 9007199254740991 a'),
  entry('100644 9007199254740992 a'),
  entry('100644 90071992547409910 a'),
  entry('100644 -1 a'),
  entry('100644 0 '),
  entry('100644 0 .'),
  entry('100644 0 ..'),
  entry('100644 0 ...'),
  entry('100644 0 .cas'),
  entry('100644 0 .CaS'),
  entry('100644 0 .cat'),
  entry('100644 0 .casx'),
  entry('100644 0 a/b'),
  entry(`100644 0 ${'a'.repeat(255)}`),
  entry(`100644 0 ${'a'.repeat(256)}`),
  entry('100644 0 a') + entry('100644 0 a'),
  entry('100644 0 b') + entry('100644 0 a'),
  entry('100644 0 a') + entry('100644 0 ab'),
  entry('100644 0 ab') + entry('100644 0 a'),
  entry('100644 0 z') + entry('100644 0 \xff'),
  entry('100644 0 a', '\x80\0'),
  entry('100644 0 a', '\x04a=b\0'),
  entry('100644 0 a', '\x04a=b'),
  entry('100644 0 a', '\x04a:b\0'),
  entry('100644 0 a', '\x08b=1\0a=1\0'),
  entry('100644 0 a', '\xff\xff\xff\xff\x0f'),
  entry('100644 0 a', `\x80\x80\x04a=${'b'.repeat(65_533)}\0`),
  entry('100644 0 a', `\x81\x80\x04a=${'b'.repeat(65_534)}\0`),
  entry('100644 0 a', ''),
];

test.each(SPELLINGS.map((text) => [JSON.stringify(text.slice(0, 60)), text]))(
  'the kernel takes %s as decodeTree() does',
  (_, text) => {
    const tree = Uint8Array.from(Buffer.from(`tree 1\n${text}`, 'latin1'));
    expect(read(tree)).toEqual(decoded(tree));
  },
);

test('a tree of thousands of entries is read in parts', () => {
  const id = hashBytes(encodeText('a'));
  const tree = encodeTree(
    Array.from({ length: 5000 }, (_, at) => ({
      name: encodeText(`${at}`.padStart(5, '0')),
      kind: at % 3 === 0 ? ('folder' as const) : ('file' as const),
      sizeBytes: at,
      id,
      attributes: new Map(),
    })),
  );
  expect(read(tree)).toEqual(decoded(tree));
  expect(read(tree.subarray(0, -1))).toBeUndefined();
});

/** What was last at a path, and the names in a tree. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { bytesOfId } from '../../src/hash/object-id.ts';
import { decodeTree, encodeTree } from '../../src/object/tree.ts';
import { hashPath, PathMemory, ROOT_PATH } from '../../src/repack/path-memory.ts';
import { listNames } from '../../src/repack/tree-names.ts';
import { anyEntries } from '../arbitraries/trees.ts';

describe('PathMemory', () => {
  const pathOf = (path: string): typeof ROOT_PATH =>
    path.split('/').reduce((parent, name) => {
      const bytes = encodeText(name);
      return hashPath(parent, bytes, { from: 0, end: bytes.length });
    }, ROOT_PATH);

  test('gives back what was put last at each path, as a Map does', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3000), fc.nat(9999)), { maxLength: 3000 }), (puts) => {
        const memory = new PathMemory();
        const model = new Map<string, number>();
        for (const [number, row] of puts) {
          const path = `folder-${number % 7}/file-${number}`;
          expect(memory.replace(pathOf(path), row)).toBe(model.get(path) ?? -1);
          model.set(path, row);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('a hundred thousand paths have a hundred thousand hashes', () => {
    const seen = new Set<string>();
    for (let number = 0; number < 100_000; number++) {
      const { low, high } = pathOf(`a/${number % 100}/file-${number}.js`);
      seen.add(`${low} ${high}`);
    }
    expect(seen.size).toBe(100_000);
  });

  test("a file in a folder has another path than one of the folder's name and its own together", () => {
    expect(pathOf('ab/c')).not.toEqual(pathOf('a/bc'));
    expect(pathOf('a/b')).not.toEqual(pathOf('ab'));
  });
});

describe('listNames()', () => {
  test('finds the entries of every tree, where decodeTree() has them', () => {
    fc.assert(
      fc.property(anyEntries(), (entries) => {
        const tree = encodeTree(entries);
        const found = Array.from(listNames(tree), ({ nameAt, nameEnd, idAt, isFolder }) => ({
          name: tree.slice(nameAt, nameEnd),
          id: tree.slice(idAt, idAt + 32),
          isFolder,
        }));
        const expected = decodeTree(tree).map(({ name, id, kind }) => ({
          name,
          id: bytesOfId(id).slice(),
          isFolder: kind === 'folder',
        }));
        expect(found).toEqual(expected);
      }),
    );
  });

  test('ends on any bytes, with places inside of them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        for (const { nameAt, nameEnd, idAt } of listNames(bytes)) {
          expect(nameAt <= nameEnd && idAt + 32 <= bytes.length).toBe(true);
        }
      }),
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ByteString, toByteString } from '../../src/bytes/byte-string.ts';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import {
  EMPTY_STAT_TABLE,
  type FileState,
  findStatTable,
  type LeafKind,
  StatTableBuilder,
} from '../../src/source/stat-table.ts';
import { anyBytes, anyDamaged } from '../arbitraries/bytes.ts';
import { anyObjectId } from '../arbitraries/trees.ts';

interface Row {
  readonly path: ByteString;
  readonly kind: LeafKind;
  readonly state: FileState;
  readonly id: ObjectId;
}

const anyU64 = (): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const anyTime = (): fc.Arbitrary<bigint> => fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const anyState = (): fc.Arbitrary<FileState> =>
  fc.record({
    sizeBytes: fc.maxSafeNat(),
    modifiedNs: anyTime(),
    changedNs: anyTime(),
    device: anyU64(),
    inode: anyU64(),
  });
const anyRows = (): fc.Arbitrary<Row[]> =>
  fc.uniqueArray(
    fc.record({
      path: anyBytes(300).map(toByteString),
      kind: fc.constantFrom('file', 'symlink'),
      state: anyState(),
      id: anyObjectId(),
    }),
    { selector: ({ path }) => path, maxLength: 20 },
  );

function tableOf(rows: readonly Row[]): StatTableBuilder {
  const builder = new StatTableBuilder();
  for (const { path, kind, state, id } of rows) builder.add(path, kind, { state, id });
  return builder;
}
const encode = (rows: readonly Row[]): Uint8Array => concatBytes(tableOf(rows).encode());

describe('findStatTable()', () => {
  test('reads back what was added', () => {
    const property = fc.property(anyRows(), (rows) => {
      const table = findStatTable(encode(rows))!;
      expect([...table.paths()]).toEqual(rows.map(({ path }) => path));
      for (const { path, kind, state, id } of rows) {
        expect(table.find(path, kind, state)).toBe(id);
        expect(table.find(path, kind === 'file' ? 'symlink' : 'file', state)).toBeUndefined();
        expect(table.findFolder(path)).toBeUndefined();
      }
    });
    fc.assert(property);
  });

  test('finds nothing where any part of the state is another', () => {
    const property = fc.property(anyRows(), anyState(), (rows, other) => {
      const table = findStatTable(encode(rows))!;
      for (const { path, kind, state } of rows) {
        for (const key of Object.keys(state) as (keyof FileState)[]) {
          if (state[key] === other[key]) continue;
          expect(table.find(path, kind, { ...state, [key]: other[key] })).toBeUndefined();
        }
      }
    });
    fc.assert(property);
  });

  test('reads back folders, which are no files', () => {
    const anyFolder = fc.record({
      tree: fc.record({ id: anyObjectId(), sizeBytes: fc.maxSafeNat() }),
      members: fc.nat(2 ** 32 - 1),
    });
    const property = fc.property(anyRows(), anyFolder, (rows, folder) => {
      const builder = tableOf(rows.filter(({ path }) => path !== 'folder'));
      builder.addFolder('folder' as ByteString, folder);
      const table = findStatTable(concatBytes(builder.encode()))!;
      expect(table.findFolder('folder' as ByteString)).toEqual(folder);
      const state = { sizeBytes: 0, modifiedNs: 0n, changedNs: 0n, device: 0n, inode: 0n };
      expect(table.find('folder' as ByteString, 'file', state)).toBeUndefined();
    });
    fc.assert(property);
  });

  test('is undefined for any other bytes, and where any bit of a table is flipped', () => {
    fc.assert(fc.property(anyBytes(200), (bytes) => findStatTable(bytes) === undefined));
    const [first, second] = fc.sample(
      anyRows().filter((rows) => rows.length > 1),
      { numRuns: 2, seed: 1 },
    );
    for (const rows of [first!, second!]) {
      const bytes = encode(rows);
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        expect(findStatTable(bytes)).toBeUndefined();
        bytes[bit >> 3]! ^= 1 << (bit & 7);
      }
    }
  });

  test('is undefined or right where a table is cut, stretched or mixed up', () => {
    const property = fc.property(anyDamaged(anyRows().map(encode)), (bytes) => {
      const table = findStatTable(bytes);
      if (table !== undefined) expect([...table.paths()].length).toBeGreaterThanOrEqual(0);
    });
    fc.assert(property);
  });

  test('is undefined for a sound checksum over another version, or over counts that are wrong', () => {
    const bytes = encode([
      { path: 'a' as ByteString, kind: 'file', state: fc.sample(anyState(), 1)[0]!, id: hashBytes(bytes8) },
    ]);
    for (const [at, value] of [
      [11, 1],
      [15, 0],
      [15, 2],
      [12, 255],
      [16 + 76, 3],
      [16 + 78, 2],
      [16 + 78, 0],
      [16 + 77, 255],
    ] as const) {
      expect(findStatTable(sealed(bytes, at, value))).toBeUndefined();
    }
    expect(findStatTable(sealed(bytes, 11, 2))).toBeDefined();
  });
});

const bytes8 = encodeText('12345678');

/** A table with one byte changed and the checksum made right again. */
function sealed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const body = bytes.slice(0, -32);
  body[at] = value;
  return concatBytes([body, Buffer.from(hashBytes(body).slice('sha256:'.length), 'hex')]);
}

describe('StatTableBuilder.addRest()', () => {
  test('adds no folders: what is in them may be newer', () => {
    const tree = { id: hashBytes(bytes8), sizeBytes: 8 };
    const before = new StatTableBuilder();
    before.addFolder('' as ByteString, { tree, members: 1 });
    const builder = new StatTableBuilder();
    builder.addRest(findStatTable(concatBytes(before.encode()))!);
    expect(findStatTable(concatBytes(builder.encode()))!.count).toBe(0);
  });

  test('adds what was not added, and leaves what was', () => {
    const property = fc.property(anyRows(), anyRows(), (before, after) => {
      const builder = tableOf(after);
      builder.addRest(findStatTable(encode(before)) ?? EMPTY_STAT_TABLE);
      const table = findStatTable(concatBytes(builder.encode()))!;
      const expected = new Map([...before, ...after].map((row) => [row.path, row]));
      expect(new Set(table.paths())).toEqual(new Set(expected.keys()));
      for (const [path, { kind, state, id }] of expected) expect(table.find(path, kind, state)).toBe(id);
    });
    fc.assert(property);
  });
});

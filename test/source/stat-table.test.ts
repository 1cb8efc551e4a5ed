import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ByteString, toByteString } from '../../src/bytes/byte-string.ts';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { type FileLook, lookDirect, statDirect } from '../../src/files/direct-files.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { type FileState, findStatTable, type LeafKind, type StatTable } from '../../src/source/stat-table.ts';
import { StatTableBuilder } from '../../src/source/stat-table-builder.ts';
import type { TreeRoot } from '../../src/tree/read-tree.ts';
import { anyBytes, anyDamaged } from '../arbitraries/bytes.ts';
import { anyObjectId } from '../arbitraries/trees.ts';

interface Row {
  readonly path: ByteString;
  readonly kind: LeafKind;
  readonly state: FileState;
  readonly id: ObjectId;
}

const SECOND_NS = 1_000_000_000n;
const anyU64 = (): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const anyTime = (): fc.Arbitrary<bigint> => fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
/** Within a hundred years of 1970. */
const anyNearTime = (): fc.Arbitrary<bigint> => fc.bigInt({ min: -(3n * 10n ** 18n), max: 3n * 10n ** 18n });
const anyState = (anyNs = anyTime()): fc.Arbitrary<FileState> =>
  fc.record({
    sizeBytes: fc.maxSafeNat(),
    modifiedNs: anyNs,
    changedNs: anyNs,
    device: anyU64(),
    inode: anyU64(),
  });
const anyRows = (anyNs = anyTime()): fc.Arbitrary<Row[]> =>
  fc.uniqueArray(
    fc.record({
      path: anyBytes(300).map(toByteString),
      kind: fc.constantFrom('file', 'symlink', 'executable'),
      state: anyState(anyNs),
      id: anyObjectId(),
    }),
    { selector: ({ path }) => path, maxLength: 20 },
  );

const NO_TREE: TreeRoot = { id: hashBytes(new Uint8Array(0)), sizeBytes: 0 };

/** As the runtime tells it in numbers. */
function lookAt(state: FileState): FileLook {
  const ms = (ns: bigint): number => Number(ns / SECOND_NS) * 1e3 + Number(ns % SECOND_NS) / 1e6;
  return {
    kind: 'file',
    mode: 0o644,
    sizeBytes: state.sizeBytes,
    device: Number(state.device),
    inode: Number(state.inode),
    modifiedMs: ms(state.modifiedNs),
    changedMs: ms(state.changedNs),
  };
}

function tableOf(rows: readonly Row[]): StatTableBuilder {
  const builder = new StatTableBuilder();
  for (const { path, kind, state, id } of rows) builder.fill(builder.add(path), kind, { state, id });
  return builder;
}
/** The paths of a table, in order. */
const pathsOf = (table: StatTable): ByteString[] =>
  Array.from({ length: table.count }, (_, row) => table.pathOf(row));
const encode = (rows: readonly Row[]): Uint8Array => concatBytes(tableOf(rows).encode());

describe('findStatTable()', () => {
  test('reads back what was added', () => {
    const property = fc.property(anyRows(), (rows) => {
      const table = findStatTable(encode(rows))!;
      expect(pathsOf(table)).toEqual(rows.map(({ path }) => path));
      for (const [row, { path, kind, state, id }] of rows.entries()) {
        expect([table.kindOf(row), table.idOf(row), table.sizeOf(row)]).toEqual([kind, id, state.sizeBytes]);
        expect(table.modifiedNsOf(row)).toBe(state.modifiedNs);
        expect(table.isInState(row, state)).toBe(true);
        for (const length of [0, path.length >> 1, path.length]) {
          const [folder, name] = [path.slice(0, length) as ByteString, path.slice(length) as ByteString];
          expect(table.isOf(row, folder, name)).toBe(true);
          expect(table.isOf(row + 1, folder, name)).toBe(false);
        }
        expect(table.isUnder(row, path.slice(0, 2) as ByteString)).toBe(true);
      }
    });
    fc.assert(property);
  });

  test('tells where any part of the state is another', () => {
    const property = fc.property(anyRows(), anyState(), (rows, other) => {
      const table = findStatTable(encode(rows))!;
      for (const [row, { state }] of rows.entries()) {
        for (const key of Object.keys(state) as (keyof FileState)[]) {
          if (state[key] === other[key]) continue;
          expect(table.isInState(row, { ...state, [key]: other[key] })).toBe(false);
        }
      }
    });
    fc.assert(property);
  });

  test('tells what is as it was by numbers that are rounded, and what changed by two microseconds or more', () => {
    const property = fc.property(
      anyRows(anyNearTime()),
      fc.integer({ min: 2_000, max: 2 ** 40 }),
      (rows, laterNs) => {
        const table = findStatTable(encode(rows))!;
        for (const [row, { state }] of rows.entries()) {
          const look = lookAt(state);
          expect(table.looksLike(row, look)).toBe(true);
          expect(table.looksLike(row, { ...look, sizeBytes: look.sizeBytes ^ 1 })).toBe(false);
          expect(
            table.looksLike(row, lookAt({ ...state, changedNs: state.changedNs + BigInt(laterNs) })),
          ).toBe(false);
        }
      },
    );
    fc.assert(property);
  });

  test('knows a file of this machine by a look', () => {
    const path = toByteString(encodeText(import.meta.filename));
    const builder = new StatTableBuilder();
    builder.fill(builder.add(path), 'file', { state: statDirect(path)!, id: NO_TREE.id });
    expect(findStatTable(concatBytes(builder.encode()))!.looksLike(0, lookDirect(path)!)).toBe(true);
  });

  test('finds the end of what is in a folder', () => {
    const anySizes = fc.array(fc.nat(40), { minLength: 1, maxLength: 5 });
    const property = fc.property(anySizes, (sizes) => {
      const builder = new StatTableBuilder();
      const add = (path: string): void =>
        builder.fillFolder(builder.add(path as ByteString), { tree: NO_TREE, members: 0 });
      for (const [number, size] of sizes.entries()) {
        add(`${number}`);
        for (let member = 0; member < size; member++) add(`${number}/${member}`);
      }
      const table = findStatTable(concatBytes(builder.encode()))!;
      let row = 0;
      for (const size of sizes) expect(table.endOf(row)).toBe((row += size + 1));
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
      const row = builder.add('folder' as ByteString);
      builder.fillFolder(row, folder);
      const table = findStatTable(concatBytes(builder.encode()))!;
      expect(table.kindOf(row)).toBe('folder');
      expect({ id: table.idOf(row), sizeBytes: table.sizeOf(row) }).toEqual(folder.tree);
      expect(table.membersOf(row)).toBe(folder.members);
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
      if (table !== undefined) expect(pathsOf(table)).toHaveLength(table.count);
    });
    fc.assert(property);
  });

  test('is undefined for a sound checksum over another version, or over counts that are wrong', () => {
    const bytes = encode([
      { path: 'a' as ByteString, kind: 'file', state: fc.sample(anyState(), 1)[0]!, id: hashBytes(bytes8) },
    ]);
    for (const [at, value] of [
      [11, 3],
      [15, 0],
      [15, 2],
      [12, 255],
      [16 + 44, 4],
      [16 + 46, 2],
      [16 + 46, 0],
      [16 + 45, 255],
    ] as const) {
      expect(findStatTable(sealed(bytes, at, value))).toBeUndefined();
    }
    expect(findStatTable(sealed(bytes, 11, 4))).toBeDefined();
  });
});

const bytes8 = encodeText('12345678');

/** A table with one byte changed and the checksum made right again. */
function sealed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const body = bytes.slice(0, -32);
  body[at] = value;
  return concatBytes([body, Buffer.from(hashBytes(body).slice('sha256:'.length), 'hex')]);
}

describe('StatTableBuilder', () => {
  test('leaves out what was not filled, in whatever order the rest was', () => {
    const anyChoice = fc.array(fc.boolean(), { minLength: 20, maxLength: 20 });
    const property = fc.property(anyRows(), anyChoice, (rows, choice) => {
      const builder = new StatTableBuilder();
      const numbers = rows.map(({ path }) => builder.add(path));
      for (const [row, { kind, state, id }] of [...rows.entries()].toReversed())
        if (choice[row] === true) builder.fill(numbers[row]!, kind, { state, id });
      const table = findStatTable(concatBytes(builder.encode()))!;
      const expected = rows.filter((_, row) => choice[row]);
      expect(pathsOf(table)).toEqual(expected.map(({ path }) => path));
      for (const [row, { state }] of expected.entries()) expect(table.isInState(row, state)).toBe(true);
    });
    fc.assert(property);
  });

  test('keeps rows of another table as they are', () => {
    const property = fc.property(anyRows(), fc.nat(20), fc.nat(20), (rows, one, other) => {
      const from = Math.min(one, other, rows.length);
      const to = Math.min(Math.max(one, other), rows.length);
      const builder = new StatTableBuilder();
      builder.keep(findStatTable(encode(rows))!, { from, to });
      expect(concatBytes(builder.encode())).toEqual(encode(rows.slice(from, to)));
    });
    fc.assert(property);
  });
});

/** The ledger of ids, held against a map. */
import { hash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { objectIdFromBytes } from '../../src/hash/object-id.ts';
import { Ledger } from '../../src/kernel/ledger.ts';
import { TreeRows } from '../../src/kernel/tree-rows.ts';
import { encodeTree } from '../../src/object/tree.ts';

/** Some of them begin alike, and so want one slot. */
function idOf(number: number): Uint8Array {
  const id = Uint8Array.from(hash('sha256', encodeText(`${number}`), 'buffer'));
  if (number % 3 === 0) id.fill(7, 0, 4);
  return id;
}

test('every id keeps the number that it got first, however many come after it', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(3000), { maxLength: 400 }), { maxLength: 12 }), (batches) => {
      const ledger = new Ledger();
      const model = new Map<number, number>();
      for (const batch of batches) {
        const expected = batch.map((id) => {
          if (!model.has(id)) model.set(id, model.size);
          return model.get(id);
        });
        expect([...ledger.enter(Buffer.concat(batch.map(idOf)))]).toEqual(expected);
      }
      expect(ledger.count).toBe(model.size);
      for (let id = 0; id < 3000; id += 7) expect(ledger.find(idOf(id))).toBe(model.get(id) ?? -1);
    }),
    { numRuns: 30 },
  );
});

interface Named {
  readonly id: number;
  readonly sizeBytes: number;
  readonly isFolder: boolean;
}

/** The rows of a tree that names these, in order. */
function rowsOf(entries: readonly Named[]): TreeRows {
  const rows = new TreeRows();
  rows.open(
    encodeTree(
      entries.map(({ id, sizeBytes, isFolder }, at) => ({
        name: encodeText('x'.repeat(at + 1)),
        kind: isFolder ? 'folder' : 'file',
        sizeBytes,
        id: objectIdFromBytes(idOf(id)),
        attributes: new Map(),
      })),
    ),
  );
  expect(rows.next()).toBe(entries.length);
  return rows;
}

test('it tells the folders of a tree, and keeps what is said of files, also when it grows', () => {
  const named = fc.record({ id: fc.nat(19), sizeBytes: fc.nat(3), isFolder: fc.boolean() });
  fc.assert(
    fc.property(fc.array(fc.array(named, { maxLength: 9 }), { maxLength: 6 }), (trees) => {
      const ledger = new Ledger();
      const ids = Array.from({ length: 20 }, (_, id) => idOf(id));
      ledger.enter(Buffer.concat(ids));
      const said = new Map<number, Set<number>>();
      for (const entries of trees) {
        const folders = entries.flatMap(({ id, sizeBytes, isFolder }, at) =>
          isFolder ? [[id, at + 1, sizeBytes]] : [],
        );
        const count = ledger.claim(rowsOf(entries), entries.length);
        const told = Array.from({ length: count }, (_, row) => [
          ledger.folderAt(row),
          ledger.folderNameBytesAt(row),
          ledger.folderSizeAt(row),
        ]);
        expect(told).toEqual(folders);
        expect(ledger.claimedBytes).toBe(entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
        expect(ledger.claimedNameBytes).toBe(entries.length);
        for (const { id, sizeBytes, isFolder } of entries)
          if (!isFolder) said.set(id, (said.get(id) ?? new Set()).add(sizeBytes));
      }
      ledger.enter(Buffer.concat(Array.from({ length: 600 }, (_, at) => idOf(1000 + at))));
      const isAlike = [...said.values()].every((sizes) => sizes.size === 1);
      const claims = Array.from({ length: 620 }, (_, id) => [...(said.get(id) ?? [-1])][0]);
      expect(ledger.claims() && [...ledger.claims()!]).toEqual(isAlike ? claims : undefined);
    }),
    { numRuns: 100 },
  );
});

test('it says where a tree names what is not there', () => {
  const ledger = new Ledger();
  ledger.enter(idOf(1));
  const named = { sizeBytes: 0, isFolder: false };
  expect(ledger.claim(rowsOf([{ ...named, id: 1 }]), 1)).toBe(0);
  const rows = rowsOf([
    { ...named, id: 1 },
    { ...named, id: 2 },
  ]);
  expect(ledger.claim(rows, 2)).toBeLessThan(0);
});

/** Every entry once, whatever memory there is for the pack and for what is decoded. */
import { hash } from 'node:crypto';
import fc from 'fast-check';
import { createFsFromVolume, Volume } from 'memfs';
import { expect, test } from 'vitest';
import type { CorruptError } from '../../src/errors/errors.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { EntryLadder } from '../../src/scan/entry-ladder.ts';
import { findFamilies, planFamilyTasks } from '../../src/scan/family-tasks.ts';
import { FamilyWalk } from '../../src/scan/family-walk.ts';
import { HeldPack } from '../../src/scan/held-pack.ts';
import { makeEntryColumns, type PackEntries, WHOLE } from '../../src/scan/pack-entries.ts';
import { type DecodedEntry, type EntryVisitor, PackFamilies } from '../../src/scan/pack-families.ts';
import { readerOf } from '../../src/scan/pack-indexer.ts';
import { surveyPack } from '../../src/scan/pack-survey.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { type MadePack, makePack, type PackItem } from '../packs/pack-maker.ts';

const kernel = new Kernel();

class Witness implements EntryVisitor {
  readonly seen: Map<number, Uint8Array> = new Map();
  readonly deferred: number[] = [];
  readonly failed: number[] = [];

  see({ entry, at, sizeBytes }: DecodedEntry): void {
    expect(this.seen.has(entry)).toBe(false);
    this.seen.set(entry, kernel.bytes.slice(at, at + sizeBytes));
  }

  fail(entry: number, _error: CorruptError): void {
    this.failed.push(entry);
  }

  defer(entry: number): void {
    this.deferred.push(entry);
  }
}

interface Limits {
  readonly maxBytes: number;
  readonly arenaBytes: number;
}

/** Whether entries are asked for one family after the other, or as tasks of many. */
type Way = 'families' | 'tasks';

async function decodeAll(pack: MadePack, limits: Limits, way: Way = 'families'): Promise<Witness> {
  const files = nodeFiles(createFsFromVolume(Volume.fromJSON({ '/.keep': '' })) as never);
  await using file = await files.open('/pack', 'create');
  await file.write(pack.pack, 0);
  const packBytes = pack.pack.length;
  const offsets = Float64Array.from(pack.offsets.slice(0, -1));
  const pieceBytes = Math.max(limits.maxBytes, 64);
  const survey = await surveyPack(readerOf(file), { bodyBytes: packBytes - 32, offsets, pieceBytes });
  expect(survey.isSealed).toBe(true);
  expect(survey.count).toBe(offsets.length);
  const { entries } = survey;
  const witness = new Witness();
  const window = new HeldPack(kernel, file, { packBytes, maxBytes: limits.maxBytes });
  const source = { entries, window, arenaBytes: limits.arenaBytes };
  if (way === 'tasks') {
    await window.loadAll();
    const walk = new FamilyWalk(source, witness);
    for (const task of planFamilyTasks(findFamilies(entries))) await walk.decode(task);
  } else {
    const families = new PackFamilies(source, witness);
    for (let entry = 0; entry < entries.count; entry++)
      if (entries.bases[entry] === WHOLE) await families.decode(entry);
  }
  await readDeferred(
    entries,
    witness,
    new EntryLadder({ entries, read: readerOf(file), codec: nativeCodec }),
  );
  return witness;
}

async function readDeferred(entries: PackEntries, witness: Witness, ladder: EntryLadder): Promise<void> {
  for (const entry of witness.deferred) {
    expect(witness.seen.has(entry)).toBe(false);
    witness.seen.set(entry, await ladder.read(entry));
    if (entries.bases[entry] !== WHOLE) continue;
    const pieces: Uint8Array[] = [];
    for await (const piece of ladder.stream(entry)) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(witness.seen.get(entry)!)).toBe(true);
  }
}

/** Contents that are alike, as whole entries and deltas by offset, in families of any shape. */
const items: fc.Arbitrary<PackItem[]> = fc
  .array(
    fc.record({
      base: fc.nat(),
      isWhole: fc.integer({ min: 0, max: 3 }),
      edit: fc.uint8Array({ maxLength: 200 }),
    }),
    {
      minLength: 1,
      maxLength: 25,
    },
  )
  .map((plans) => {
    const made: PackItem[] = [];
    for (const [at, { base, isWhole, edit }] of plans.entries()) {
      const unique = Uint8Array.from([...edit, at, 255 - at]);
      if (at === 0 || isWhole === 0) made.push({ kind: 'whole', content: unique });
      else {
        const on = made[base % at]!.content;
        made.push({
          kind: 'delta',
          base: base % at,
          content: Uint8Array.from([...on.slice(0, 4000), ...unique]),
        });
      }
    }
    return made;
  });

test.each<Way>(['families', 'tasks'])(
  'decodes every entry of a pack once, in any memory, by %s',
  async (way) => {
    const limits = fc.record({
      maxBytes: fc.constantFrom(30, 100, 300, 1000, 1e6),
      arenaBytes: fc.constantFrom(64, 300, 1000, 3000, 10_000, 2 ** 21),
    });
    await fc.assert(
      fc.asyncProperty(items, limits, async (made, limit) => {
        const witness = await decodeAll(makePack(made), limit, way);
        expect(witness.failed).toEqual([]);
        expect(witness.seen.size).toBe(made.length);
        for (const [entry, content] of witness.seen)
          expect(Buffer.compare(content, made[entry]!.content)).toBe(0);
        if (limit.maxBytes === 1e6 && limit.arenaBytes === 2 ** 21) expect(witness.deferred).toEqual([]);
      }),
      { numRuns: 400 },
    );
  },
);

test('keeps few bases of a long chain in memory', async () => {
  const contents = Array.from({ length: 300 }, (_, at) =>
    Uint8Array.from({ length: 1000 }, (_, byte) => (byte * 7 + (byte === 0 ? at >> 8 : at)) & 0xff),
  );
  const chain = contents.map(
    (content, at): PackItem =>
      at === 0 ? { kind: 'whole', content } : { kind: 'delta', base: at - 1, content },
  );
  const witness = await decodeAll(makePack(chain), { maxBytes: 1e6, arenaBytes: 4000 });
  expect(witness.deferred).toEqual([]);
  expect(witness.seen.size).toBe(300);
});

test('a damaged entry fails with all that stands on it, and nothing else does, by tasks too', async () => {
  await fc.assert(
    fc.asyncProperty(
      items,
      fc.nat(),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (made, which, at, mask) => {
        const pack = makePack(made);
        const entry = which % made.length;
        const from = pack.offsets[entry]! + 3;
        const to = pack.offsets[entry + 1]! - 4; // behind it is the Adler-32, which nobody looks at
        pack.pack[from + (at % (to - from))]! ^= mask;
        const trailer = hash('sha256', pack.pack.subarray(0, -32), 'buffer');
        pack.pack.set(trailer, pack.pack.length - 32);
        const limits = { maxBytes: 1e6, arenaBytes: 2 ** 21 };
        const [one, many] = [await decodeAll(pack, limits), await decodeAll(pack, limits, 'tasks')];
        expect(new Set(many.failed)).toEqual(new Set(one.failed));
        expect(many.failed.length).toBe(one.failed.length);
        expect(many.seen).toEqual(one.seen);
      },
    ),
    { numRuns: 300 },
  );
});

test('families are found whatever stands on what, and wherever it lies', () => {
  const anyBases = fc.array(fc.integer({ min: -2, max: 30 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(anyBases, (wanted) => {
      const columns = makeEntryColumns(wanted.length);
      for (const [entry, base] of wanted.entries()) columns.bases[entry] = base % wanted.length;
      const rootOf = (entry: number): number => {
        let at = entry;
        for (let steps = 0; columns.bases[at]! >= 0 && steps < wanted.length; steps++)
          at = columns.bases[at]!;
        return columns.bases[at] === WHOLE ? at : -1;
      };
      const seen: number[] = [];
      for (const task of planFamilyTasks(findFamilies(columns))) {
        let root = -1;
        for (const entry of task) {
          if (columns.bases[entry] === WHOLE) root = entry;
          expect(rootOf(entry)).toBe(root);
          seen.push(entry);
        }
      }
      const expected = wanted.flatMap((_, entry) => (rootOf(entry) < 0 ? [] : [entry]));
      expect(seen.sort((left, right) => left - right)).toEqual(expected);
    }),
  );
});

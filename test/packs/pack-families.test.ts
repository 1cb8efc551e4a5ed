/** Every entry once, whatever memory there is for the pack and for what is decoded. */
import fc from 'fast-check';
import { createFsFromVolume, Volume } from 'memfs';
import { expect, test } from 'vitest';
import type { CorruptError } from '../../src/errors/errors.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { EntryLadder } from '../../src/packs/entry-ladder.ts';
import { HeldPack } from '../../src/packs/held-pack.ts';
import { type PackEntries, WHOLE } from '../../src/packs/pack-entries.ts';
import { type DecodedEntry, type EntryVisitor, PackFamilies } from '../../src/packs/pack-families.ts';
import { readerOf } from '../../src/packs/pack-indexer.ts';
import { surveyPack } from '../../src/packs/pack-survey.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { type MadePack, makePack, type PackItem } from './pack-maker.ts';

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

async function decodeAll(pack: MadePack, limits: Limits): Promise<Witness> {
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
  const families = new PackFamilies({ entries, window, arenaBytes: limits.arenaBytes }, witness);
  for (let entry = 0; entry < entries.count; entry++)
    if (entries.bases[entry] === WHOLE) await families.decode(entry);
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

test('decodes every entry of a pack once, in any memory', async () => {
  const limits = fc.record({
    maxBytes: fc.constantFrom(30, 100, 300, 1000, 1e6),
    arenaBytes: fc.constantFrom(64, 300, 1000, 3000, 10_000, 2 ** 21),
  });
  await fc.assert(
    fc.asyncProperty(items, limits, async (made, limit) => {
      const witness = await decodeAll(makePack(made), limit);
      expect(witness.failed).toEqual([]);
      expect(witness.seen.size).toBe(made.length);
      for (const [entry, content] of witness.seen)
        expect(Buffer.compare(content, made[entry]!.content)).toBe(0);
      if (limit.maxBytes === 1e6 && limit.arenaBytes === 2 ** 21) expect(witness.deferred).toEqual([]);
    }),
    { numRuns: 400 },
  );
});

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

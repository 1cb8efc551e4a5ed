/** The quick way to find the entries of a pack, held against the thorough one. */
import { hash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CorruptError } from '../../src/errors/errors.ts';
import { HeldFile } from '../../src/files/held-file.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { scanPack } from '../../src/pack/scan-pack.ts';
import { HeldPack } from '../../src/scan/held-pack.ts';
import { scanHeldPack } from '../../src/scan/held-scan.ts';
import { anyDamaged } from '../arbitraries/bytes.ts';
import { makePack, type PackItem } from '../packs/pack-maker.ts';

interface Row {
  readonly offset: number;
  readonly type: number;
  readonly sizeBytes: number;
  readonly crc: number;
}

/** What the thorough way finds; `undefined` where it refuses the pack. */
async function scan(pack: Uint8Array): Promise<Row[] | undefined> {
  const rows: Row[] = [];
  try {
    for await (const { offset, header, crc } of scanPack(
      async (at, length) => pack.subarray(at, at + length),
      pack.length,
    ))
      rows.push({ offset, type: header.type, sizeBytes: header.sizeBytes, crc });
    return rows;
  } catch (error) {
    if (error instanceof CorruptError) return undefined;
    throw error;
  }
}

async function scanHeld(pack: Uint8Array, maxBytes = 2 ** 20): Promise<Row[] | undefined> {
  const window = new HeldPack(new Kernel(), new HeldFile(pack), { packBytes: pack.length, maxBytes });
  await window.loadAll();
  const found = scanHeldPack(window);
  if (found === undefined) return undefined;
  return Array.from({ length: found.count }, (_, entry) => ({
    offset: found.offsets[entry]!,
    type: found.types[entry]!,
    sizeBytes: found.sizes[entry]!,
    crc: found.crcs[entry]!,
  }));
}

const items: fc.Arbitrary<PackItem[]> = fc
  .array(
    fc.record({
      bytes: fc.uint8Array({ maxLength: 200 }),
      form: fc.constantFrom('whole', 'offset', 'id'),
      base: fc.nat(),
    }),
    { maxLength: 8 },
  )
  .map((made) =>
    made.map(({ bytes, form, base }, at): PackItem => {
      const content = Uint8Array.from([...bytes, at]);
      if (at === 0 || form === 'whole') return { kind: 'whole', content };
      return { kind: 'delta', content, base: base % at, by: form as 'id' | 'offset' };
    }),
  );

test('scanHeldPack() finds in a sound pack what scanPack() finds', async () => {
  await fc.assert(
    fc.asyncProperty(items, async (made) => {
      const { pack } = makePack(made);
      const found = await scanHeld(pack);
      expect(found).toBeDefined();
      expect(found).toEqual(await scan(pack));
    }),
  );
});

test('scanHeldPack() finds nothing in a pack that scanPack() refuses', async () => {
  const sealed = (pack: Uint8Array): Uint8Array => {
    if (pack.length >= 32) pack.set(hash('sha256', pack.subarray(0, -32), 'buffer'), pack.length - 32);
    return pack;
  };
  const damaged = anyDamaged(items.map((made) => makePack(made).pack));
  await fc.assert(
    fc.asyncProperty(damaged, fc.boolean(), async (bytes, seals) => {
      const pack = seals ? sealed(Uint8Array.from(bytes)) : Uint8Array.from(bytes);
      const found = await scanHeld(pack);
      if (found !== undefined) expect(found).toEqual(await scan(pack));
    }),
    { numRuns: 500 },
  );
});

test('scanHeldPack() leaves a pack alone that is not held as a whole', async () => {
  const { pack } = makePack([{ kind: 'whole', content: new Uint8Array(500).map((_, at) => at * 7) }]);
  expect(await scanHeld(pack, pack.length - 1)).toBeUndefined();
});

test('scanHeldPack() takes more memory as it meets what is longer', async () => {
  const noise = Uint8Array.from({ length: 3_000_000 }, (_, at) => (at * at) >> 7);
  const made: PackItem[] = [
    { kind: 'whole', content: Uint8Array.of(1) },
    { kind: 'delta', content: noise, base: 0, by: 'id' },
    { kind: 'whole', content: noise.subarray(1) },
  ];
  const { pack } = makePack(made);
  expect(await scanHeld(pack, 2 ** 24)).toEqual(await scan(pack));
});

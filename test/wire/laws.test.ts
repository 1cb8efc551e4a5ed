/** The laws of what travels beside packs: one encoding each, and anything else a typed error. */
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { CasError } from '../../src/errors/errors.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { sortByName } from '../../src/label/label.ts';
import type { LabelName } from '../../src/label/name.ts';
import { BUNDLE_FOOTER_BYTES, decodeBundleParts, encodeBundleParts } from '../../src/wire/bundle-footer.ts';
import {
  type BundleHeader,
  decodeBundleHeader,
  encodeBundleHeader,
  MAX_BUNDLE_HEADER_BYTES,
} from '../../src/wire/bundle-header.ts';
import { Have, HaveBuilder } from '../../src/wire/have.ts';
import { findLinesEnd } from '../../src/wire/lines.ts';
import { anyBytes, anyDamaged } from '../arbitraries/bytes.ts';

const idOf = (seed: number): ObjectId =>
  `sha256:${createHash('sha256').update(String(seed)).digest('hex')}` as ObjectId;
const anyId = fc.nat({ max: 40 }).map(idOf);
const ids = fc.uniqueArray(anyId, { maxLength: 6 });
const anyName = fc.constantFrom('a', 'a-b', 'b/c', 'ü', 'z/ü/ü', 'B') as fc.Arbitrary<LabelName>;
const labels = fc.uniqueArray(fc.record({ name: anyName, id: anyId }), {
  maxLength: 5,
  selector: ({ name }) => name,
});
const size = fc.integer({ min: 1, max: 2 ** 40 });
/** Of each list, runs with room between them. */
const runs = fc
  .uniqueArray(
    fc.tuple(
      anyId,
      fc.array(fc.record({ gap: fc.nat(9), count: size, object: anyId, offset: fc.maxSafeNat() })),
    ),
    { maxLength: 3, selector: ([list]) => list },
  )
  .map((lists) =>
    lists.flatMap(([list, steps]) => {
      let next = 0;
      return steps.map(({ gap, count, object, offset }) => {
        const first = next + gap;
        next = first + count;
        return { list, first, count, object, offset };
      });
    }),
  );
const anyHeader: fc.Arbitrary<BundleHeader> = fc.record({ prerequisites: ids, horizon: ids, labels, runs });

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
function inOrder({ prerequisites, horizon, labels, runs }: BundleHeader): BundleHeader {
  return {
    prerequisites: prerequisites.toSorted(),
    horizon: horizon.toSorted(),
    labels: sortByName(labels),
    runs: runs.toSorted((left, right) => compare(left.list, right.list) || left.first - right.first),
  };
}

/** @returns the value; `undefined` where it was refused as it should be */
function attempt<Value>(decode: () => Value, codes: readonly string[]): Value | undefined {
  try {
    return decode();
  } catch (error) {
    expect(error).toBeInstanceOf(CasError);
    expect(codes).toContain((error as CasError).code);
    return undefined;
  }
}

const REFUSALS = ['BUNDLE_INVALID', 'BUNDLE_TOO_NEW'];

describe('the header of a bundle', () => {
  test('is read as it was written, whatever its order was', () => {
    fc.assert(
      fc.property(anyHeader, (header) => {
        const bytes = encodeBundleHeader(header);
        expect({ ...decodeBundleHeader(bytes) }).toMatchObject(inOrder(header));
        expect(findLinesEnd(Buffer.concat([bytes, Buffer.from('PACK\n\n')]))).toBe(bytes.length);
      }),
    );
  });

  test('has one spelling, and anything else is refused by its code', () => {
    const damaged = anyDamaged(anyHeader.map(encodeBundleHeader));
    fc.assert(
      fc.property(fc.oneof(damaged, anyBytes(200)), (bytes) => {
        const header = attempt(() => decodeBundleHeader(bytes), REFUSALS);
        if (header !== undefined) expect(Buffer.compare(encodeBundleHeader(header), bytes)).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  const id = idOf(1);
  const other = [idOf(2), idOf(3)].toSorted();
  test.each([
    ['lines that end in CR', `label ${id} a\r\n`],
    ['a NUL', `label ${id} a\0b\n`],
    ['a name that leads out of a folder', `label ${id} ../../config\n`],
    ['a name with a second line in it', `label ${id} a\nlabel ${id} \n`],
    ['a label that is there twice', `label ${id} a\nlabel ${id} a\n`],
    ['a prerequisite that is there twice', `prerequisite ${id}\nprerequisite ${id}\n`],
    ['prerequisites out of order', `prerequisite ${other[1]}\nprerequisite ${other[0]}\n`],
    ['kinds out of order', `label ${id} a\nprerequisite ${id}\n`],
    ['an id in upper case', `prerequisite ${id.toUpperCase()}\n`],
    ['an id that is none', 'prerequisite sha256:12\n'],
    ['an id of another hash', `prerequisite sha1:${'0'.repeat(40)}\n`],
    ['a word of a later version', `filter ${id}\n`],
    ['an address', 'uri https://host.example/other\n'],
    ['more than an id', `prerequisite ${id} ${id}\n`],
    ['a run of no chunks', `chunks ${id} 0 0 ${id} 0\n`],
    ['a number with a zero before it', `chunks ${id} 00 1 ${id} 0\n`],
    ['a number over 2^53', `chunks ${id} 0 1 ${id} 9007199254740992\n`],
    ['a number below 0', `chunks ${id} -1 1 ${id} 0\n`],
    ['chunks that are left out twice', `chunks ${id} 0 2 ${id} 0\nchunks ${id} 1 2 ${id} 0\n`],
  ])('is refused with %s', (_, lines) => {
    const decode = () => decodeBundleHeader(encodeText(`cas-bundle 1\n${lines}\n`));
    expect(decode).toThrow(expect.objectContaining({ code: 'BUNDLE_INVALID' }));
  });

  test('of another version is told', () => {
    const decode = () => decodeBundleHeader(encodeText('cas-bundle 2\n\n'));
    expect(decode).toThrow(expect.objectContaining({ code: 'BUNDLE_TOO_NEW' }));
  });

  test('may have a hundred thousand labels, and is not written longer than it is read', () => {
    const many = Array.from({ length: 100_000 }, (_, at) => ({ id: id, name: `l/${at}` as LabelName }));
    const header = { prerequisites: [], horizon: [], runs: [], labels: many };
    expect(decodeBundleHeader(encodeBundleHeader(header)).labels).toHaveLength(100_000);
    const labels = many.map(({ name }) => ({ id, name: `${name}/${'x'.repeat(200)}` as LabelName }));
    const refused = expect.objectContaining({ code: 'TOO_LARGE' });
    expect(() => encodeBundleHeader({ ...header, labels })).toThrow(refused);
    const line = encodeText(`cas-bundle 1\nlabel ${id} ${'a'.repeat(MAX_BUNDLE_HEADER_BYTES)}\n\n`);
    expect(() => decodeBundleHeader(line)).toThrow(expect.objectContaining({ code: 'BUNDLE_INVALID' }));
  });
});

describe('the footer of a bundle', () => {
  const parts = fc
    .tuple(fc.integer({ min: 1, max: 2 ** 40 }), fc.nat(2 ** 40), fc.nat(2 ** 30), fc.nat(2 ** 30))
    .map(([pack, packBytes, idxBytes, metaBytes]) => {
      const idx = pack + 44 + packBytes;
      return { pack, idx, meta: idx + idxBytes, footer: idx + idxBytes + metaBytes };
    });
  const bytesOf = (found: ReturnType<typeof decodeBundleParts>): Uint8Array =>
    Buffer.concat([encodeBundleParts(found), new Uint8Array(32)]);

  test('is read as it was written', () => {
    fc.assert(
      fc.property(parts, (made) => {
        expect(decodeBundleParts(bytesOf(made), made.footer + BUNDLE_FOOTER_BYTES)).toEqual(made);
      }),
    );
  });

  test('has one spelling, and anything else is refused by its code', () => {
    fc.assert(
      fc.property(fc.oneof(anyDamaged(parts.map(bytesOf)), anyBytes(80)), fc.nat(2 ** 42), (bytes, size) => {
        const found = attempt(() => decodeBundleParts(bytes, size), REFUSALS);
        if (found !== undefined)
          expect(Buffer.compare(encodeBundleParts(found), bytes.subarray(0, 24))).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what a machine holds', () => {
  const built = fc.tuple(ids, fc.array(anyId, { maxLength: 30 })).map(([snapshots, objects]) => {
    const builder = new HaveBuilder();
    for (const [at, id] of snapshots.entries()) builder.addSnapshot(id, at % 3 === 0 ? 'horizon' : 'none');
    for (const id of objects) builder.addObject(id);
    return { snapshots, objects, bytes: builder.encode() };
  });

  test('is read as it was written, and tells of all objects', () => {
    fc.assert(
      fc.property(built, anyId, ({ snapshots, objects, bytes }, asked) => {
        const have = Have.decode(bytes);
        expect(have.snapshots).toEqual(snapshots.toSorted());
        expect(have.horizon).toEqual(snapshots.filter((_, at) => at % 3 === 0).sort());
        expect(have.count).toBe(new Set(objects).size);
        expect(have.has(asked)).toBe(objects.includes(asked));
      }),
    );
  });

  test('has one spelling, and anything else is refused by its code', () => {
    const sealed = (bytes: Uint8Array): Uint8Array => {
      const body = bytes.subarray(0, -32);
      return Buffer.concat([body, createHash('sha256').update(body).digest()]);
    };
    const damaged = anyDamaged(built.map(({ bytes }) => bytes));
    fc.assert(
      fc.property(fc.oneof(damaged.map(sealed), damaged, anyBytes(100)), (bytes) => {
        const have = attempt(() => Have.decode(bytes), ['HAVE_INVALID']);
        if (have !== undefined) expect(Buffer.compare(have.encode(), bytes)).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });
});

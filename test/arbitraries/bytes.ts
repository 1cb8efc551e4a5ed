/** Arbitrary bytes and text, how they are cut, and how they are damaged. */
import * as fc from 'fast-check';
import { encodeText } from '../../src/bytes/text.ts';

export const anyBytes = (maxLength = 64): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });

/** Any character, controls and all. The unit `binary` is the same, but takes most of a second to be made. */
const anyCharacter: fc.Arbitrary<string> = fc
  .oneof(
    fc.nat({ max: 0x7f }),
    fc.integer({ min: 0x80, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0x10ffff }),
  )
  .map((point) => String.fromCodePoint(point));

/** Well-formed text of any characters, controls and all. */
export const anyText = (maxLength = 32): fc.Arbitrary<string> => fc.string({ unit: anyCharacter, maxLength });

/** One line of text, as headers and authors hold it. */
export const anyLine = (maxLength = 32): fc.Arbitrary<string> =>
  anyText(maxLength).map((text) => text.replace(/[\n\r\0]/g, '·'));

/** What has to survive being shown and read back: escapes and their look-alikes, broken UTF-8, unseen marks. */
const AWKWARD: readonly Uint8Array[] = (
  '% %4 %41 %c3 %25 %2541 %zz \x1b[31m \n \t \x7f \x85 \u202e \u061c \u200f \u2028 \ufeff ' +
  'ß e\u0301 \u00e9 文 🜁 \\ " -'
)
  .split(' ')
  .map(encodeText);
const BROKEN: readonly (readonly number[])[] = [
  [0x80],
  [0xc0, 0xaf],
  [0xc3],
  [0xe2, 0x82],
  [0xed, 0xa0, 0x80],
  [0xf0, 0x9f, 0x9c],
  [0xf4, 0x90, 0x80, 0x80],
  [0xff],
];

/** Bytes that look like names: mostly text, with all that makes text hard in between. */
export const anyAwkwardBytes = (maxParts = 12): fc.Arbitrary<Uint8Array> =>
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...AWKWARD),
        fc.constantFrom(...BROKEN).map((broken) => Uint8Array.from(broken)),
        fc.string({ unit: 'grapheme', maxLength: 4 }).map(encodeText),
        fc.uint8Array({ maxLength: 3 }),
      ),
      { maxLength: maxParts },
    )
    .map((parts) => new Uint8Array(Buffer.concat(parts)));

/** `bytes` in pieces of any sizes, none and all of them included. */
export function piecesOf(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = cuts.map((cut) => cut % (bytes.length + 1)).sort((left, right) => left - right);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}

/** For {@link piecesOf}. */
export const anyCuts = (): fc.Arbitrary<number[]> => fc.array(fc.nat(), { maxLength: 12 });

type Damage =
  | { readonly kind: 'flip'; readonly at: number; readonly mask: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'remove'; readonly at: number; readonly count: number }
  | { readonly kind: 'truncate'; readonly at: number };

/** What `valid` bytes become when they are flipped, cut, stretched and shortened in one to four places. */
export function anyDamaged(valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const at = fc.nat();
  const damage: fc.Arbitrary<Damage> = fc.oneof(
    fc.record({ kind: fc.constant('flip' as const), at, mask: fc.integer({ min: 1, max: 255 }) }),
    fc.record({
      kind: fc.constant('insert' as const),
      at,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 9 }),
    }),
    fc.record({ kind: fc.constant('remove' as const), at, count: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ kind: fc.constant('truncate' as const), at }),
  );
  return fc
    .tuple(valid, fc.array(damage, { minLength: 1, maxLength: 4 }))
    .map(([bytes, damages]) => damages.reduce(applyDamage, bytes));
}

function applyDamage(bytes: Uint8Array, damage: Damage): Uint8Array {
  const at = damage.at % (bytes.length + 1);
  switch (damage.kind) {
    case 'flip':
      return bytes.map((byte, index) => (index === at ? byte ^ damage.mask : byte));
    case 'insert':
      return Uint8Array.from([...bytes.subarray(0, at), ...damage.bytes, ...bytes.subarray(at)]);
    case 'remove':
      return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + damage.count)]);
    case 'truncate':
      return bytes.slice(0, at);
  }
}

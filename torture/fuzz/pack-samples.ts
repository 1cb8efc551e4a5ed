/** Packs to begin with. */
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { type MadePack, makePack, type PackItem, wholes } from '../../test/packs/pack-maker.ts';

export const TEXT: Uint8Array = encodeText('what is stored, line by line\n'.repeat(8));
/** Almost the same. */
export const CHANGED: Uint8Array = concatBytes([
  TEXT.subarray(0, 100),
  encodeText('and changed'),
  TEXT.subarray(100),
]);
const AGAIN = concatBytes([CHANGED, encodeText('again')]);

const FAMILY: readonly PackItem[] = [
  { kind: 'whole', content: TEXT, level: 0 },
  { kind: 'delta', base: 0, content: CHANGED, level: 0 },
  { kind: 'delta', base: 1, by: 'id', content: AGAIN, level: 6 },
];
/** Of deltas, of nothing, of small contents, of chunks, and of a tree. */
export const PACKS: readonly MadePack[] = [
  makePack(FAMILY),
  makePack([]),
  makePack(wholes(encodeText(''), encodeText('a'), TEXT)),
  makePack([
    ...wholes(TEXT.subarray(0, 100), TEXT.subarray(100)),
    { kind: 'chunks', content: TEXT, chunkBytes: 100 },
  ]),
  makePack([
    { kind: 'whole', content: TEXT, role: 'tree' },
    { kind: 'delta', base: 0, content: AGAIN },
  ]),
];

/** A new pack is proved as a whole: what passes can be read, and nothing else passes. */
import { expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import type { ObjectId } from '../../src/index.ts';
import type { PackDraft } from '../../src/intake/pack-draft.ts';
import { proveDraft } from '../../src/repack/prove-draft.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { noise } from '../arbitraries/contents.ts';
import { type MadePack, makePack, type PackItem, programOf, rawId } from '../packs/pack-maker.ts';
import { openWorkshop } from '../store/workshop.ts';

const PATH = '/here/draft';
const TEXTS = [1, 2, 3].map((number) => encodeText(`number ${number}, one of three texts: ${number * 7}`));
const ITEMS: readonly PackItem[] = [
  { kind: 'whole', content: TEXTS[0]! },
  { kind: 'delta', content: TEXTS[1]!, base: 0 },
  { kind: 'delta', content: TEXTS[2]!, base: 1 },
  { kind: 'chunks', content: concatBytes(TEXTS), chunkBytes: TEXTS[0]!.length },
  { kind: 'whole', content: noise(3000) },
];

async function prove({ pack, offsets, name }: MadePack, ids: readonly ObjectId[]): Promise<void> {
  await using workshop = await openWorkshop();
  const { files } = workshop;
  await using file = await files.open(PATH, 'create');
  await file.write(pack, 0);
  const draft: PackDraft = {
    path: PATH,
    name,
    offsets: Float64Array.from(offsets),
    ids: concatBytes(ids.map(rawId)),
    tables: () => ({ idx: new Uint8Array(), meta: new Uint8Array() }),
  };
  await proveDraft(draft, { files, codec: nativeCodec, crew: undefined });
}

test('a pack that holds what its ids say is proved', async () => {
  const made = makePack(ITEMS);
  await prove(made, made.ids);
});

test('no two ids can change places', async () => {
  const made = makePack(ITEMS);
  for (let left = 0; left < ITEMS.length; left++) {
    for (let right = left + 1; right < ITEMS.length; right++) {
      const ids = [...made.ids];
      [ids[left], ids[right]] = [ids[right]!, ids[left]!];
      await expect(prove(made, ids)).rejects.toMatchObject({ code: 'PACK_WRITE_FAILED' });
    }
  }
});

test('a delta on another base than it was made for is found', async () => {
  const wrong = ITEMS.map((item): PackItem => {
    if (item.kind !== 'delta' || item.base !== 1) return item;
    return { ...item, base: 0, program: programOf(TEXTS[1]!, TEXTS[2]!) };
  });
  const made = makePack(wrong);
  await expect(prove(made, made.ids)).rejects.toMatchObject({ code: 'PACK_WRITE_FAILED' });
});

test('a bit that changes in any content is found, also in one that is too large to be held', async () => {
  for (const content of [noise(400, 1), noise(50 * 2 ** 20, 2)]) {
    const items: PackItem[] = [{ kind: 'whole', content, level: 0 }];
    const sound = makePack(items);
    await prove(sound, sound.ids);
    for (const share of [0.1, 0.5, 0.9]) {
      const pack = sound.pack.slice();
      const at = Math.floor(pack.length * share);
      pack[at] = pack[at]! ^ 0x10;
      await expect(prove({ ...sound, pack }, sound.ids)).rejects.toMatchObject({ code: 'PACK_WRITE_FAILED' });
    }
  }
});

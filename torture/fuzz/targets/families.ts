/** Objects that stand on each other in a pack, read in all the ways that there are: alone, many at once, and all. */
import { concatBytes } from '../../../src/bytes/concat.ts';
import { encodeText } from '../../../src/bytes/text.ts';
import { CorruptError } from '../../../src/errors/errors.ts';
import { bytesOfId } from '../../../src/hash/object-id.ts';
import { encodePackList } from '../../../src/pack/pack-list.ts';
import { openManyReader } from '../../../src/packs/many-reader.ts';
import { openPackedStore, type PackedStore } from '../../../src/packs/packed-store.ts';
import { indexPack } from '../../../src/scan/pack-indexer.ts';
import { nativeCodec } from '../../../src/zlib/native.ts';
import { type MadePack, makePack } from '../../../test/packs/pack-maker.ts';
import { filesOf, openBytes } from '../memory-files.ts';
import { hold, holdSame, outcomeLater } from '../oracle.ts';
import { followRecipe, type RecipeEntry } from '../pack-recipe.ts';
import { type Target, wordsOf } from '../target.ts';

const FOLDER = 'objects/pack';
const WINDOW_BYTES: number = 2 ** 20;
const INSERT = Uint8Array.of(3, 0x61, 0x62, 0x63);
const COPY = Uint8Array.of(0x90, 9);
const COPY_MIDDLE = Uint8Array.of(0x91, 4, 5);

const entry = (flags: number, ...payload: readonly Uint8Array[]): Uint8Array => {
  const bytes = concatBytes([new Uint8Array(0), ...payload]);
  return concatBytes([Uint8Array.of(flags, bytes.length), bytes]);
};
const WHOLE = entry(0x20, encodeText('what stands at the bottom of it all'));
const CHAIN = [1, 0x22, 0x05, 0x0a, 0x0d].map((flags, at) =>
  entry(flags, COPY, INSERT, Uint8Array.of(1, at), COPY_MIDDLE),
);

export const families: Target = {
  name: 'families',
  inputs: 600,
  maxBytes: 400,
  seeds: [
    concatBytes([WHOLE, ...CHAIN]),
    concatBytes([
      WHOLE,
      entry(4, INSERT),
      entry(0x1c, COPY),
      ...CHAIN.slice(0, 2),
      entry(3, Uint8Array.of(0x60, 5, 1, 2)),
    ]),
  ],
  words: wordsOf('', WHOLE, ...CHAIN, INSERT, COPY, COPY_MIDDLE, Uint8Array.of(0x80), Uint8Array.of(0xff)),
  run: async (bytes) => {
    const entries = followRecipe(bytes);
    const made = makePack(entries.map(({ item }) => item));
    const path = `${FOLDER}/${made.name}`;
    const list = encodePackList([made.name]);
    const files = filesOf({
      'objects/info/packs': list,
      [`${path}.pack`]: made.pack,
      [`${path}.idx`]: made.idx,
    });
    await using store = openPackedStore(FOLDER, {
      files,
      codec: nativeCodec,
      readElsewhere: async () => undefined,
    });
    await checkAlone(store, made, entries);
    await checkWindow(store, made, entries);
    const all = await outcomeLater(async () =>
      indexPack({ file: await openBytes(made.pack), codec: nativeCodec }),
    );
    const areSound = entries.every(({ object }) => object !== undefined);
    hold(areSound === (all.kind === 'value'), 'a pack is sound when all in it is');
    if (all.kind === 'value') holdSame(all.value.idx, made.idx, 'a pack says itself what is in it');
  },
};

async function checkAlone(
  store: PackedStore,
  made: MadePack,
  entries: readonly RecipeEntry[],
): Promise<void> {
  for (const [at, { object }] of entries.entries()) {
    const read = await outcomeLater(() => store.read(made.ids[at]!));
    hold(
      read.kind === (object === undefined ? 'refused' : 'value'),
      'what is sound is read, and nothing else',
    );
    if (read.kind === 'refused') hold(read.error instanceof CorruptError, 'what is damaged is said to be');
    else holdSame(read.value ?? new Uint8Array(0), object!, 'an object is read as it is');
  }
}

/** A window may leave objects out, to be read alone. */
async function checkWindow(
  store: PackedStore,
  made: MadePack,
  entries: readonly RecipeEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const reader = openManyReader({ folder: store.folder, objects: store }, { windowBytes: WINDOW_BYTES });
  const window = await reader.open(concatBytes(made.ids.map(bytesOfId)));
  for (let number = 0; number < window.count; number++) {
    const content = window.contentAt(number);
    const { object } = entries[number]!;
    hold(content === undefined || object !== undefined, 'nothing that is damaged is in a window');
    if (content !== undefined) holdSame(content, object!, 'an object in a window is as it is');
  }
}

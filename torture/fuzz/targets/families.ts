/** Objects that stand on each other in a pack, read in all the ways that there are: alone, many at once, and all. */
import { concatBytes } from '../../../src/bytes/concat.ts';
import { encodeText } from '../../../src/bytes/text.ts';
import { CorruptError } from '../../../src/errors/errors.ts';
import { HeldFile } from '../../../src/files/held-file.ts';
import { collectBytes } from '../../../src/flow/byte-stream.ts';
import { bytesOfId, type ObjectId } from '../../../src/hash/object-id.ts';
import { encodePackList } from '../../../src/pack/pack-list.ts';
import { openManyReader } from '../../../src/packs/many-reader.ts';
import { openPackedStore, type PackedStore } from '../../../src/packs/packed-store.ts';
import { indexPack } from '../../../src/scan/pack-indexer.ts';
import { nativeCodec } from '../../../src/zlib/native.ts';
import { type MadePack, makePack, wholes } from '../../../test/packs/pack-maker.ts';
import { filesOf } from '../memory-files.ts';
import { hold, holdSame, outcomeLater, outcomeOf } from '../oracle.ts';
import { followRecipe } from '../pack-recipe.ts';
import { type Target, wordsOf } from '../target.ts';

const FOLDER = 'objects/pack';
const NOTHING = new Uint8Array(0);
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
  inputs: 150,
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
    await readAll(
      [made],
      made.ids,
      entries.map(({ object }) => object),
    );
    const raw = new Map(
      entries.map(({ item }, at) => [made.ids[at], item] as const).filter(([, { kind }]) => kind === 'raw'),
    );
    if (raw.size > 0) {
      const copies = makePack(wholes(...[...raw.values()].map(({ content }) => content)));
      await readAll(
        [made, copies],
        made.ids,
        entries.map(({ healed }) => healed),
      );
    }
    const all = await outcomeLater(async () =>
      indexPack({ file: new HeldFile(made.pack), codec: nativeCodec }),
    );
    const areSound = entries.every(({ object }) => object !== undefined);
    hold(areSound === (all.kind === 'value'), 'a pack is sound when all in it is');
    if (all.kind === 'value') holdSame(all.value.idx, made.idx, 'a pack says itself what is in it');
  },
};

type Objects = readonly (Uint8Array | undefined)[];

/** @param objects by id; `undefined` where there is no sound copy */
async function readAll(
  packs: readonly MadePack[],
  ids: readonly ObjectId[],
  objects: Objects,
): Promise<void> {
  const contents: Record<string, Uint8Array> = {
    'objects/info/packs': encodePackList(packs.map(({ name }) => name)),
  };
  for (const { name, pack, idx } of packs) {
    contents[`${FOLDER}/${name}.pack`] = pack;
    contents[`${FOLDER}/${name}.idx`] = idx;
  }
  const options = { files: filesOf(contents), codec: nativeCodec, readElsewhere: async () => undefined };
  await using store = openPackedStore(FOLDER, options);
  for (const [at, id] of ids.entries()) {
    await checkAlone(store, id, objects[at]);
    checkNow(store, id, objects[at]);
  }
  await checkWindow(store, ids, objects);
}

async function checkAlone(store: PackedStore, id: ObjectId, object: Uint8Array | undefined): Promise<void> {
  const read = await outcomeLater(() => store.read(id));
  const opened = await outcomeLater(async () => collectBytes((await store.open(id))!.content));
  for (const outcome of [read, opened]) {
    hold(
      outcome.kind === (object === undefined ? 'refused' : 'value'),
      'what is sound is read, and nothing else',
    );
    if (outcome.kind === 'refused')
      hold(outcome.error instanceof CorruptError, 'what is damaged is said to be');
    else holdSame(outcome.value ?? NOTHING, object!, 'an object is read as it is');
  }
}

/** Who does not wait takes less trouble, and may find nothing. */
function checkNow(store: PackedStore, id: ObjectId, object: Uint8Array | undefined): void {
  const read = outcomeOf(() => store.now.read(id));
  if (read.kind === 'refused') hold(read.error instanceof CorruptError, 'what is damaged is said to be');
  else if (read.value !== undefined) holdSame(read.value, object ?? NOTHING, 'an object is read as it is');
}

/** A window may leave objects out, to be read alone. */
async function checkWindow(store: PackedStore, ids: readonly ObjectId[], objects: Objects): Promise<void> {
  if (ids.length === 0) return;
  const reader = openManyReader({ folder: store.folder, objects: store }, { windowBytes: WINDOW_BYTES });
  const window = await reader.open(concatBytes(ids.map(bytesOfId)));
  for (let number = 0; number < window.count; number++) {
    const content = window.contentAt(number);
    const object = objects[number];
    hold(content === undefined || object !== undefined, 'nothing that is damaged is in a window');
    if (content !== undefined) holdSame(content, object!, 'an object in a window is as it is');
  }
}

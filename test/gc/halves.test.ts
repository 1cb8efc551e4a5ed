/** What a writer that was stopped left of a pack: a check tells of no damage, and a collection clears it away. */
import { expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { makePack, plantPack, wholes } from '../packs/pack-maker.ts';
import { commitFiles, DAY, NOW, openWorkshop } from '../store/workshop.ts';

const PACKS = '/here/.cas/objects/pack';
const TRASH = '/here/.cas/objects/trash';
const PACK = makePack(wholes(encodeText('nobody was told of this')));

test.each([
  { left: 'its pack and its meta', without: ['idx'], ending: 'pack' },
  { left: 'its pack', without: ['idx', 'meta'], ending: 'pack' },
  { left: 'its meta', without: ['idx', 'pack'], ending: 'meta' },
] as const)(
  '$left alone are unfinished at first, then go to the trash, and are sound in it',
  async (half) => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    await commitFiles(store, 'main', { a: 'one' });
    await plantPack(files, PACKS, { made: PACK, without: half.without });
    const path = `${PACKS}/${PACK.name}.${half.ending}`;
    await files.touch(path, NOW);
    expect(await findings()).toEqual(['pack-unfinished']);
    for (const ending of ['pack', 'meta'])
      await files.touch(`${PACKS}/${PACK.name}.${ending}`, NOW - 2 * DAY);
    await store.gc({ graceMs: 0 });
    expect(await files.stat(path)).toBeUndefined();
    expect(await findings()).toEqual([]);
    const [run] = (await files.list(TRASH)) ?? [];
    const inTrash = `${TRASH}/${Buffer.from(run!.name).toString()}/${PACK.name}.${half.ending}`;
    expect(await files.stat(inTrash)).toBeDefined();

    async function findings(): Promise<string[]> {
      const found: string[] = [];
      for await (const { id } of store.fsck()) found.push(id);
      return found;
    }
  },
);

test('a damaged meta in the trash is told of, and one of another pack', async () => {
  await using workshop = await openWorkshop();
  const { store, files } = workshop;
  for (const folder of [TRASH, `${TRASH}/1`]) await files.makeFolder(folder);
  const damaged = PACK.meta.slice();
  damaged[40]! ^= 1;
  const { meta: foreign } = makePack(wholes(encodeText('another')));
  for (const [meta, count] of [
    [damaged, 1],
    [foreign, 1],
    [PACK.meta, 0],
  ] as const) {
    await plantPack(files, `${TRASH}/1`, { made: { ...PACK, meta } });
    const found: string[] = [];
    for await (const { id } of store.fsck()) found.push(id);
    expect(found).toEqual(Array<string>(count).fill('trash-corrupt'));
  }
});

test('a pack without its idx that is damaged in the trash is told of', async () => {
  await using workshop = await openWorkshop();
  const { store, files } = workshop;
  const pack = PACK.pack.slice();
  pack[20]! ^= 1;
  for (const folder of [TRASH, `${TRASH}/1`]) await files.makeFolder(folder);
  for (const bytes of [pack, PACK.pack.subarray(0, 20)]) {
    await plantPack(files, `${TRASH}/1`, { made: { ...PACK, pack: bytes }, without: ['idx', 'meta'] });
    const found: string[] = [];
    for await (const { id } of store.fsck()) found.push(id);
    expect(found).toEqual(['trash-corrupt']);
  }
});

/** Power cuts and failing disks while a store is repaired: what could be read can be read, and the next repair ends it. */
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { CasError } from '../../src/errors/errors.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { hexOf, initStore, openStore } from '../../src/index.ts';
import { REPLACING_CALLS } from '../fakes/faults.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { makePack, plantPack, wholes } from '../packs/pack-maker.ts';

const OBJECTS = '/here/.cas/objects';
const PACKS = `${OBJECTS}/pack`;
const CONTENTS: readonly Uint8Array[] = Array.from({ length: 10 }, (_, number) =>
  encodeText(`the text of object ${number}, which is long enough to be worth its place `.repeat(3)),
);
const FIRST = makePack(wholes(...CONTENTS.slice(0, 6)));
const SECOND = makePack(wholes(...CONTENTS.slice(5, 9)));
/** Of the first pack and damaged there, and sound as loose objects. */
const DAMAGED_IN_PACK = [1, 3];
/** Sound in the first pack, and damaged as a loose object. */
const DAMAGED_LOOSE = 4;
/** In no pack. */
const ALONE = 9;
/** Those of the second pack cannot be found before its idx was made anew. */
const READABLE: readonly Uint8Array[] = [...CONTENTS.slice(0, 6), CONTENTS[ALONE]!];

async function edit(files: FileSystem, path: string, bytes: Uint8Array, at: number): Promise<void> {
  await using file = await files.open(path, 'update');
  await file!.write(bytes, at);
  await file!.sync();
}

async function makeDisk(): Promise<FaultyFileSystem> {
  const files = new FaultyFileSystem();
  await files.makeFolder('/here');
  await files.syncFolder('/');
  await using store = await initStore('/here', { files });
  for (const number of [...DAMAGED_IN_PACK, DAMAGED_LOOSE, ALONE]) await store.put(CONTENTS[number]!);
  await store.flush();
  for (const made of [FIRST, SECOND]) {
    await plantPack(files, PACKS, { made });
    for (const suffix of ['pack', 'idx', 'meta'])
      await edit(files, `${PACKS}/${made.name}.${suffix}`, new Uint8Array(0), 0);
  }
  for (const number of DAMAGED_IN_PACK)
    await edit(files, `${PACKS}/${FIRST.name}.pack`, Uint8Array.of(0x55, 0xaa), FIRST.offsets[number]! + 12);
  await edit(files, `${PACKS}/${FIRST.name}.meta`, Uint8Array.of(1, 2, 3), 40);
  await files.remove(`${PACKS}/${SECOND.name}.idx`);
  for (const suffix of ['pack', 'meta']) await files.touch(`${PACKS}/${SECOND.name}.${suffix}`, 0); // a young one may be under way
  const hex = hexOf(hashBytes(CONTENTS[DAMAGED_LOOSE]!));
  await edit(files, `${OBJECTS}/${hex.slice(0, 2)}/${hex.slice(2)}`, Uint8Array.of(9, 9, 9), 20);
  await files.syncFolder(PACKS);
  return files;
}

async function expectReadable(files: FileSystem, contents: readonly Uint8Array[]): Promise<void> {
  await using store = await openStore('/here', { files });
  for (const content of contents) expect(await store.get(hashBytes(content))).toEqual(content);
}

async function repair(files: FileSystem): Promise<void> {
  await using store = await openStore('/here', { files });
  for await (const _finding of store.fsck({ mode: 'repair' }));
}

/** Nothing is wrong any more, and all is there. */
async function expectMended(files: FileSystem): Promise<void> {
  await expectReadable(files, CONTENTS);
  await using store = await openStore('/here', { files });
  for await (const { id, severity, message } of store.fsck())
    if (severity === 'error') throw new Error(`${id}: ${message}`);
}

describe('fsck() with repair', () => {
  test('mends all of it where nothing comes between', async () => {
    const files = await makeDisk();
    await expectReadable(files, READABLE);
    await repair(files);
    await expectMended(files);
  });

  test('can lose power at any moment: nothing that could be read is lost, and the next one mends the rest', async () => {
    const files = await makeDisk();
    const from = files.operations.length;
    await repair(files);
    let cuts = 0;
    for (const { files: found } of files.powerCuts({ from, seeds: [1, 2] })) {
      await expectReadable(found, READABLE);
      if (cuts++ % 5 !== 0) continue;
      await found.remove('/here/.cas/gc.lock'); // this process is its owner, and did not die
      await repair(found);
      await expectMended(found);
    }
    expect(cuts).toBeGreaterThan(20);
  });

  test.each(REPLACING_CALLS)(
    'fails typed where the disk fails at any %s, and has lost nothing',
    async (call) => {
      for (const at of [1, 2, 3, 5, 8, 13, 21]) {
        const files = await makeDisk();
        files.fail({ call, errno: at % 2 === 0 ? 'EIO' : 'ENOSPC', at });
        const outcome = await repair(files).catch((error: unknown) => error);
        files.heal();
        if (outcome !== undefined) expect(outcome).toBeInstanceOf(CasError);
        await expectReadable(files, READABLE);
        await files.remove('/here/.cas/gc.lock'); // which could not be removed, where that is what failed
        await repair(files);
        await expectMended(files);
      }
    },
  );
});

/** Power cuts and failing disks while a store is packed anew: every object is there at every moment. */
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { CasError } from '../../src/errors/errors.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { initStore, openStore } from '../../src/index.ts';
import { REPLACING_CALLS } from '../fakes/faults.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { makePack, plantPack, wholes } from '../packs/pack-maker.ts';

const PACKS = '/here/.cas/objects/pack';
const CONTENTS: readonly Uint8Array[] = Array.from({ length: 8 }, (_, number) =>
  encodeText(`a text of some length that is the same in each, but for its number: ${number} `.repeat(3)),
);
/** Two of them are loose, and one is in both packs. */
const LOOSE = CONTENTS.slice(0, 2);

async function makeDisk(): Promise<FaultyFileSystem> {
  const files = new FaultyFileSystem();
  await files.makeFolder('/here');
  await files.syncFolder('/');
  await using store = await initStore('/here', { files });
  for (const content of LOOSE) await store.put(content);
  await store.flush();
  for (const made of [makePack(wholes(...CONTENTS.slice(2, 6))), makePack(wholes(...CONTENTS.slice(5)))]) {
    await plantPack(files, PACKS, { made });
    for (const suffix of ['pack', 'idx', 'meta']) {
      await using file = await files.open(`${PACKS}/${made.name}.${suffix}`, 'update');
      await file?.sync();
    }
  }
  await files.syncFolder(PACKS);
  return files;
}

/** Every object is there; a writer that was stopped may have left files that mean nothing. */
async function expectSound(files: FileSystem): Promise<void> {
  await using store = await openStore('/here', { files });
  for (const content of CONTENTS) expect(await store.get(hashBytes(content))).toEqual(content);
  for await (const { id, severity, message } of store.fsck()) {
    if (severity === 'error') throw new Error(`${id}: ${message}`);
  }
}

async function repackAll(files: FileSystem): Promise<void> {
  await using store = await openStore('/here', { files });
  await store.repack({ scope: 'all' });
}

describe('repack()', () => {
  test('can lose power at any moment: every object is there, and the next one is none the worse', async () => {
    const files = await makeDisk();
    const from = files.operations.length;
    await repackAll(files);
    let cuts = 0;
    for (const { files: found } of files.powerCuts({ from, seeds: [1] })) {
      await expectSound(found);
      if (cuts++ % 7 !== 0) continue;
      await found.remove('/here/.cas/gc.lock'); // this process is its owner, and did not die
      await repackAll(found);
      await expectSound(found);
    }
  });

  test.each(REPLACING_CALLS)(
    'fails typed where the disk fails at any %s, and has lost nothing',
    async (call) => {
      for (const at of [1, 2, 3, 4, 6, 9, 13]) {
        const files = await makeDisk();
        files.fail({ call, errno: at % 2 === 0 ? 'EIO' : 'ENOSPC', at });
        const outcome = await repackAll(files).catch((error: unknown) => error);
        files.heal();
        if (outcome !== undefined) expect(outcome).toBeInstanceOf(CasError);
        await expectSound(files);
        await repackAll(files);
        await expectSound(files);
      }
    },
  );
});

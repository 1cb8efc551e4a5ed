/** Repairs beside others at work, and with copies that are no better than what they are to replace. */
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { temporaryName } from '../../src/files/temporary.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { type ObjectId, openStore, type Store } from '../../src/index.ts';
import { chunksOf, makePack, plantPack, wholes } from '../packs/pack-maker.ts';
import { openWorkshop, type Workshop } from '../store/workshop.ts';
import {
  age,
  brief,
  check,
  flipped,
  loosePathOf,
  OBJECTS,
  openPacked,
  PACKS,
  pathOf,
  rewrite,
} from '../upkeep/packed-workshop.ts';

/** The same files; `onLost` is told of each file that is moved to `lost`, when it is there. */
function watchLost(files: FileSystem, onLost: () => Promise<unknown>): FileSystem {
  return new Proxy(files, {
    get: (target, key) => {
      const value = Reflect.get(target, key) as unknown;
      if (typeof value !== 'function') return value;
      if (key !== 'rename') return value.bind(target);
      return async (from: string, to: string) => {
        await target.rename(from, to);
        if (to.includes('/lost/')) await onLost();
      };
    },
  });
}

async function repairOn(files: FileSystem): Promise<string[]> {
  await using store = await openStore('/here', { files });
  const done: string[] = [];
  for await (const { id, message } of store.fsck({ mode: 'repair' }))
    if (id === 'repaired') done.push(message);
  return done;
}

async function putDamaged(workshop: Workshop, store: Store): Promise<ObjectId> {
  const id = await store.put('some bytes');
  await store.flush();
  await rewrite(workshop, loosePathOf(id), flipped(-3));
  return id;
}

async function collected(store: Store): Promise<ObjectId> {
  const id = await store.put('some bytes');
  await store.flush();
  expect((await store.gc({ graceMs: 0 })).collected.count).toBe(1);
  return id;
}

async function trashedPath({ files }: Workshop, id: ObjectId): Promise<string> {
  const [run] = (await files.list(`${OBJECTS}/trash`)) ?? [];
  return loosePathOf(id).replace(OBJECTS, `${OBJECTS}/trash/${Buffer.from(run!.name).toString()}`);
}

test('a damaged loose object is not touched where there is no other copy', async () => {
  await using workshop = await openWorkshop();
  await putDamaged(workshop, workshop.store);
  let moves = 0;
  const files = watchLost(workshop.files, async () => moves++);
  expect(await repairOn(files)).toEqual([]);
  expect(moves).toBe(0);
});

test('what somebody puts again while a repair is at work stays', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  await collected(store);
  const id = await putDamaged(workshop, store);
  const files = watchLost(workshop.files, async () => {
    await store.put('some bytes');
    await store.flush();
  });
  expect(await repairOn(files)).toHaveLength(1);
  await using later = await workshop.reopen();
  expect(Buffer.from(await later.get(id)).toString()).toBe('some bytes');
  expect(brief(await check(workshop))).toEqual(['lost-kept']);
});

test('a copy in the trash that is damaged, too, replaces nothing', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  const id = await collected(store);
  await rewrite(workshop, await trashedPath(workshop, id), flipped(-4));
  await putDamaged(workshop, store);
  expect(await repairOn(workshop.files)).toEqual([]);
  expect(await workshop.files.stat(loosePathOf(id))).toBeDefined();
});

test('a damaged copy is not taken for the good one in the trash: that is put in its place by a repair', async () => {
  await using workshop = await openWorkshop();
  const { store } = workshop;
  await collected(store);
  const id = await putDamaged(workshop, store);
  expect(await store.undelete()).toMatchObject({ restored: { count: 0 } });
  await expect(store.get(id)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
  expect(await repairOn(workshop.files)).toHaveLength(1);
  await using later = await workshop.reopen();
  expect(Buffer.from(await later.get(id)).toString()).toBe('some bytes');
});

test('a pack comes back from the trash whose tables were left behind', async () => {
  await using workshop = await openPacked();
  const { files, made } = workshop;
  for (const folder of ['trash', 'trash/7']) await files.makeFolder(`${OBJECTS}/${folder}`);
  await files.rename(`${OBJECTS}/pack/${made.name}.pack`, `${OBJECTS}/trash/7/${made.name}.pack`);
  expect(brief(await check(workshop))).toContain('pack-missing');
  await check(workshop, { mode: 'repair' });
  expect(brief(await check(workshop))).toEqual([]);
});

describe('a young pack without its idx', () => {
  const RAW = ['a', 'b'].map((text) => encodeText(text.repeat(2000)));
  const made = makePack(wholes(...RAW));
  const path = (ending: string): string => `${PACKS}/${made.name}.${ending}`;

  async function openHalf(): Promise<Workshop> {
    const workshop = await openWorkshop();
    await plantPack(workshop.files, PACKS, { made, without: ['idx'] });
    expect(brief(await check(workshop))).toEqual(['pack-unfinished']);
    return workshop;
  }

  test('gets it where nobody is about to publish one', async () => {
    await using workshop = await openHalf();
    expect(await repairOn(workshop.files)).toHaveLength(2); // and the list of packs
    expect(await check(workshop)).toEqual([]);
    await using store = await workshop.reopen();
    for (const content of RAW) expect(await store.get(hashBytes(content))).toEqual(content);
  });

  test('gets it where labels need what is in it, and nothing is said to come from the trash', async () => {
    await using workshop = await openPacked();
    await workshop.files.remove(pathOf(workshop, 'idx'));
    await workshop.files.touch(pathOf(workshop, 'pack'));
    expect(brief(await check(workshop)).filter((id) => id.startsWith('object-missing'))).not.toEqual([]);
    const done = await check(workshop, { mode: 'repair' });
    expect(done.map(({ path }) => path)).toEqual([
      pathOf(workshop, 'idx').slice('/here/.cas/'.length),
      'objects/info/packs',
    ]);
    expect(await check(workshop)).toEqual([]);
  });

  test('is left alone while a temporary file is there, which may be that idx', async () => {
    await using workshop = await openHalf();
    await rewrite(workshop, `${PACKS}/${temporaryName()}`, () => made.idx);
    expect(await repairOn(workshop.files)).toEqual([]);
    expect(await workshop.files.stat(path('idx'))).toBeUndefined();
  });

  test('is left alone where it is not whole, as one that is being copied here', async () => {
    await using workshop = await openHalf();
    await rewrite(workshop, path('pack'), (bytes) => bytes.subarray(0, -50));
    expect(await repairOn(workshop.files)).toEqual([]);
    expect(await workshop.files.stat(path('pack'))).toBeDefined();
  });

  test('keeps the idx that came after the check', async () => {
    await using workshop = await openHalf();
    const files = new Proxy(workshop.files, {
      get: (target, key) => {
        const value = Reflect.get(target, key) as unknown;
        if (typeof value !== 'function') return value;
        if (key !== 'list') return value.bind(target);
        return async (folder: string) => {
          const entries = await target.list(folder);
          const isRepair = folder === PACKS && (await target.stat('/here/.cas/gc.lock')) !== undefined;
          // The repair has seen the folder, where the idx had no name yet that it looks for.
          if (isRepair && (await target.stat(path('idx'))) === undefined)
            await rewrite(workshop, path('idx'), () => made.idx);
          return entries;
        };
      },
    });
    expect(await repairOn(files)).toEqual([]);
    expect(await check(workshop)).toEqual([]);
    expect(await workshop.files.list('/here/.cas/lost')).toBeUndefined();
  });
});

test('a list of chunks stays where one of them is damaged, and is told of', async () => {
  await using workshop = await openWorkshop();
  const content = Uint8Array.from({ length: 1000 }, (_, at) => (at * at) % 251);
  const chunks = chunksOf(content, 300);
  const made = makePack([...wholes(...chunks), { kind: 'chunks', content, chunkBytes: 300 }]);
  await plantPack(workshop.files, PACKS, { made });
  await age(workshop);
  await rewrite(workshop, `${PACKS}/${made.name}.pack`, flipped(made.offsets[1]! + 20));
  const told = (await check(workshop, { mode: 'repair' })).filter(({ id }) => id === 'repaired');
  const lost = [hashBytes(chunks[1]!), hashBytes(content)];
  expect(told.flatMap(({ object }) => object ?? []).sort()).toEqual(lost.sort());
  await using store = await workshop.reopen();
  expect((await store.stat(hashBytes(content))).form).toBe('chunks');
  await expect(store.get(hashBytes(content))).rejects.toMatchObject({ name: 'CorruptError' });
  await store.put(chunks[1]!);
  await store.flush();
  expect(Buffer.compare(await store.get(hashBytes(content)), content)).toBe(0);
  expect(brief(await check(workshop))).toEqual(['lost-kept']);
});

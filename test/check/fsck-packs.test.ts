/** What a check finds in packs, and what a repair makes of it. */
import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { Idx } from '../../src/pack/idx.ts';
import { fromEntries } from '../../src/source/entries.ts';
import {
  chunksOf,
  type MadePack,
  makePack,
  type PackItem,
  plantPack,
  rawId,
  wholes,
} from '../packs/pack-maker.ts';
import { openWorkshop, type Workshop } from '../store/workshop.ts';
import {
  age,
  brief,
  check,
  clearObjects,
  FILES,
  flipped,
  idOf,
  loosePathOf,
  OBJECTS,
  openPacked,
  PACKS,
  type PackedWorkshop,
  pathOf,
  ROOT,
  rewrite,
  spliced,
  unreadable,
} from '../upkeep/packed-workshop.ts';

type Damage = (workshop: PackedWorkshop) => Promise<unknown>;

const pack =
  (change: (bytes: Uint8Array) => Uint8Array): Damage =>
  (workshop) =>
    rewrite(workshop, pathOf(workshop, 'pack'), change);

/** What is done to a store with one pack, what is found then, and which files cannot be read. */
const DAMAGES: Readonly<
  Record<
    string,
    { readonly make: Damage; readonly found: string[]; readonly lost?: string[]; readonly blocked?: string[] }
  >
> = {
  'another trailer': { make: pack(flipped(-1)), found: ['pack-corrupt'] },
  'a base that is damaged': {
    make: (workshop) => pack(flipped(workshop.offsetOf('a') + 20))(workshop),
    found: ['object-corrupt a', 'object-corrupt d/b', 'object-corrupt d/c', 'pack-corrupt'],
    lost: ['a', 'd/b', 'd/c'],
  },
  'a base without a type': {
    make: (workshop) => pack(spliced(workshop.offsetOf('a'), Uint8Array.of(0)))(workshop),
    found: ['object-corrupt a', 'object-corrupt d/b', 'object-corrupt d/c', 'pack-corrupt'],
    lost: ['a', 'd/b', 'd/c'],
  },
  'a delta that is damaged': {
    make: (workshop) => pack(flipped(workshop.offsetOf('d/b') + 8))(workshop),
    found: ['object-corrupt d/b', 'object-corrupt d/c', 'pack-corrupt'],
    lost: ['d/b', 'd/c'],
  },
  'the last delta damaged': {
    make: (workshop) => pack(flipped(workshop.offsetOf('d/c') + 8))(workshop),
    found: ['object-corrupt d/c', 'pack-corrupt'],
    lost: ['d/c'],
  },
  'a signature of something else': { make: pack(flipped(0)), found: ['pack-corrupt'] },
  'another count': { make: pack(flipped(11, 1)), found: ['pack-corrupt'] },
  'its second half cut off': {
    make: async (workshop) => pack((bytes) => bytes.subarray(0, workshop.offsetOf('d/c')))(workshop),
    found: [],
    lost: ['d/c', 'e'],
    blocked: ['a', 'd/b', 'd/c', 'e'], // an idx that names what is beyond the end is not believed
  },
  'bytes behind its end': {
    make: pack((bytes) => Uint8Array.from([...bytes, 1, 2, 3])),
    found: ['object-corrupt e', 'pack-corrupt'],
  },
};

describe('fsck() of a store in one pack', () => {
  test('finds nothing where all is sound', async () => {
    await using workshop = await openPacked();
    expect(await check(workshop)).toEqual([]);
    expect(await unreadable(workshop)).toEqual([]);
  });

  for (const [title, { make, found, lost = [], blocked = lost }] of Object.entries(DAMAGES)) {
    test(`finds ${title}, and repairs what it can`, async () => {
      await using workshop = await openPacked();
      await make(workshop);
      const findings = await check(workshop);
      if (found.length > 0) expect(brief(findings)).toEqual(found);
      else expect(brief(findings)).toContain('pack-corrupt');
      expect(await check(workshop)).toEqual(findings); // it changed nothing
      expect(await unreadable(workshop)).toEqual(blocked);
      const repaired = await check(workshop, { mode: 'repair' });
      expect(repaired.some(({ id }) => id === 'repaired')).toBe(true);
      expect(await unreadable(workshop)).toEqual(lost);
      const after = brief(await check(workshop));
      expect(after.filter((text) => !/^(object-missing .*|lost-kept)$/.test(text))).toEqual([]);
    });

    test(`repairs ${title} wholly where every object has a loose copy`, async () => {
      await using workshop = await openPacked();
      const copies = await looseCopies(workshop);
      await make(workshop);
      await copies();
      expect(await unreadable(workshop)).toEqual([]);
      await check(workshop, { mode: 'repair' });
      expect(await unreadable(workshop)).toEqual([]);
      expect(brief(await check(workshop)).filter((text) => text !== 'lost-kept')).toEqual([]);
    });

    test(`repairs ${title} wholly where there is a second pack`, async () => {
      await using workshop = await openPacked();
      const contents: Uint8Array[] = [];
      for await (const { bytes } of workshop.store.getMany(workshop.made.ids)) contents.push(bytes);
      const made = makePack(wholes(...contents));
      await plantPack(workshop.files, PACKS, { made });
      await make(workshop);
      expect(await unreadable(workshop)).toEqual([]);
      await check(workshop, { mode: 'repair' });
      expect(brief(await check(workshop)).filter((text) => text !== 'lost-kept')).toEqual([]);
    });
  }

  test('finds every bit that is changed in a pack, an idx or a meta, and nobody reads wrong bytes', async () => {
    await using sound = await openPacked();
    const { made } = sound;
    const change = fc.constantFrom('pack' as const, 'idx' as const, 'meta' as const).chain((ending) =>
      fc.record({
        ending: fc.constant(ending),
        at: fc.nat(made[ending].length - 1),
        bit: fc.nat(7),
      }),
    );
    await fc.assert(
      fc.asyncProperty(change, async ({ ending, at, bit }) => {
        const path = pathOf(sound, ending);
        await rewrite(sound, path, flipped(at, 1 << bit));
        const found = (await check(sound)).map(({ id }) => id);
        expect(found.some((id) => id.startsWith(ending))).toBe(true);
        await unreadable(sound); // throws where bytes are wrong
        await rewrite(sound, path, () => made[ending]);
      }),
      { numRuns: 300 },
    );
    expect(await check(sound)).toEqual([]);
  });

  test('recovers a delta where only its base has another copy', async () => {
    await using workshop = await openPacked();
    await DAMAGES['a base that is damaged']!.make(workshop);
    await using store = await workshop.reopen();
    await store.put(FILES['a']!);
    await store.flush();
    expect(await unreadable(workshop)).toEqual([]);
    await check(workshop, { mode: 'repair' });
    expect(brief(await check(workshop))).toEqual(['lost-kept']);
    expect(await unreadable(workshop)).toEqual([]);
  });
});

/** Takes copies of all objects, to be put back as loose ones. */
async function looseCopies(workshop: PackedWorkshop): Promise<() => Promise<void>> {
  const contents: Uint8Array[] = [];
  for await (const { bytes } of workshop.store.getMany(workshop.made.ids)) contents.push(bytes);
  return async () => {
    await using store = await workshop.reopen();
    for (const content of contents) await store.put(content);
    await store.flush();
  };
}

describe('fsck() of tables', () => {
  const TABLES: Readonly<Record<string, { readonly make: Damage; readonly found: string[] }>> = {
    'an idx of other bytes': {
      make: (w) => rewrite(w, pathOf(w, 'idx'), flipped(1100)),
      found: ['idx-corrupt'],
    },
    'no idx': { make: (w) => w.files.remove(pathOf(w, 'idx')), found: ['idx-missing'] },
    'a meta of other bytes': {
      make: (w) => rewrite(w, pathOf(w, 'meta'), flipped(40)),
      found: ['meta-corrupt'],
    },
    'no meta': { make: (w) => w.files.remove(pathOf(w, 'meta')), found: ['meta-missing'] },
    'the tables of another pack': {
      make: async (w) => {
        const other = makePack(wholes(encodeText('another')));
        await rewrite(w, pathOf(w, 'idx'), () => other.idx);
        await rewrite(w, pathOf(w, 'meta'), () => other.meta);
      },
      found: ['idx-corrupt', 'meta-corrupt'],
    },
  };

  test.each(Object.entries(TABLES))('finds %s, and makes it again', async (_, { make, found }) => {
    await using workshop = await openPacked();
    await make(workshop);
    expect(brief(await check(workshop))).toEqual(found);
    const repaired = brief(await check(workshop, { mode: 'repair' }));
    expect(repaired.filter((text) => text === 'repaired')).toHaveLength(found.length + 1); // and the list of packs
    const after = brief(await check(workshop));
    expect(after.filter((text) => text !== 'lost-kept')).toEqual([]);
    expect(await unreadable(workshop)).toEqual([]);
    const idx = await workshop.files.readFile(pathOf(workshop, 'idx'), 1e6);
    expect(Buffer.compare(idx!, workshop.made.idx)).toBe(0);
  });

  test('finds a damaged loose object beside a sound one in a pack, and moves it away', async () => {
    await using workshop = await openPacked();
    await rewrite(workshop, loosePathOf(idOf('a')), () => encodeText('garbage'));
    expect(brief(await check(workshop))).toEqual(['object-corrupt a']);
    expect(brief(await check(workshop, { mode: 'repair' }))).toEqual(['lost-kept', 'repaired a']);
    expect(await unreadable(workshop)).toEqual([]);
  });

  test('leaves a damaged loose object that is the last copy', async () => {
    await using workshop = await openPacked();
    await clearObjects(workshop);
    await rewrite(workshop, loosePathOf(idOf('a')), () => encodeText('garbage'));
    const before = await check(workshop);
    expect(await check(workshop, { mode: 'repair' })).toEqual(before);
    expect(await workshop.files.stat(loosePathOf(idOf('a')))).toBeDefined();
  });

  test('writes a list of packs again that is wrong', async () => {
    await using workshop = await openPacked();
    await rewrite(workshop, `${OBJECTS}/info/packs`, () => encodeText(`P pack-${'0'.repeat(64)}.pack\n`));
    expect(brief(await check(workshop))).toEqual(['pack-list-wrong']);
    expect(brief(await check(workshop, { mode: 'repair' }))).toEqual(['repaired']);
    const list = await workshop.files.readFile(`${ROOT}/objects/info/packs`, 1e4);
    expect(Buffer.from(list!).toString()).toBe(`P ${workshop.made.name}.pack\n`);
  });
});

describe('fsck() of an object in chunks', () => {
  const content = Uint8Array.from({ length: 1000 }, (_, at) => (at * at) % 251);
  const items = (): PackItem[] => [
    ...wholes(...chunksOf(content, 300)),
    { kind: 'chunks', content, chunkBytes: 300 },
  ];

  async function openWith(made: MadePack): Promise<Workshop> {
    const workshop = await openWorkshop();
    await plantPack(workshop.files, PACKS, { made });
    await age(workshop);
    await using store = await workshop.reopen();
    await store.commit('main', fromEntries([{ path: 'long', content }]));
    return workshop;
  }

  test('finds nothing where its chunks make it', async () => {
    await using workshop = await openWith(makePack(items()));
    expect(await check(workshop)).toEqual([]);
  });

  test('finds a chunk that is damaged, and what it is a chunk of', async () => {
    const made = makePack(items());
    await using workshop = await openWith(made);
    await rewrite(workshop, `${PACKS}/${made.name}.pack`, flipped(made.offsets[1]! + 20));
    const found = await check(workshop);
    expect(found.map(({ id }) => id).sort()).toEqual([
      'chunk-list-invalid',
      'object-corrupt',
      'pack-corrupt',
    ]);
    await using store = await workshop.reopen();
    await store.put(content.slice(300, 600));
    await store.flush();
    await check(workshop, { mode: 'repair' });
    expect(brief(await check(workshop))).toEqual(['lost-kept']);
    expect(Buffer.from((await store.get(hashBytes(content))) as Uint8Array).equals(content)).toBe(true);
  });

  test('finds a meta that is wrong about it', async () => {
    const made = makePack(items());
    const idx = Idx.decode(made.idx);
    const row = idx.find(rawId(hashBytes(content)));
    const meta = Uint8Array.from(made.meta.subarray(0, -32));
    meta[36 + 12 * row + 7]! ^= 1;
    const sealed = concatBytes([meta, hash('sha256', meta, 'buffer')]);
    await using workshop = await openWith({ ...made, meta: sealed });
    expect(brief(await check(workshop))).toEqual(['meta-corrupt']);
  });
});

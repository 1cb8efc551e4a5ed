/** Packing anew what is damaged, or was packed by others: nothing good is lost, and nothing bad is passed on. */
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { CorruptError } from '../../src/errors/errors.ts';
import type { FileSystem, OpenFile } from '../../src/files/file-system.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { openStore, type Store } from '../../src/index.ts';
import { noise } from '../arbitraries/contents.ts';
import { chunksOf, type MadePack, makePack, type PackItem, plantPack, wholes } from '../packs/pack-maker.ts';
import { openWorkshop } from '../store/workshop.ts';
import { packDepths } from '../upkeep/pack-depths.ts';

const PACKS = '/here/.cas/objects/pack';
const SCOPES = ['geometric', 'all'] as const;

function textOf(version: number): Uint8Array {
  const lines = Array.from(
    noise(200, 9),
    (byte, at) => `line ${at}: ${byte * 31} ${at === version ? 'new' : 'old'}\n`,
  );
  return encodeText(lines.join(''));
}

async function packsIn(files: FileSystem): Promise<string[]> {
  const names = ((await files.list(PACKS)) ?? []).map(({ name }) => Buffer.from(name).toString());
  return names.filter((name) => name.endsWith('.pack')).map((name) => name.slice(0, -'.pack'.length));
}

/** Flips a bit in the middle of an entry. */
function damage({ pack, offsets }: MadePack, item: number): void {
  const at = Math.floor((offsets[item]! + offsets[item + 1]!) / 2) + 4;
  pack[at] = pack[at]! ^ 0x10;
}

async function expectAll(store: Store, contents: readonly Uint8Array[]): Promise<void> {
  for (const content of contents) expect(await store.get(hashBytes(content))).toEqual(content);
}

async function findingsOf(store: Store): Promise<string[]> {
  const found: string[] = [];
  for await (const { id } of store.fsck()) found.push(id);
  return found;
}

describe.each(SCOPES)('repack() with the scope %s', (scope) => {
  test('takes packs of others: bases by id, before or behind, chains over its own limit, no meta', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    const contents = Array.from({ length: 130 }, (_, version) => textOf(version));
    const items = contents.map((content, at): PackItem => {
      if (at === 0) return { kind: 'whole', content };
      return { kind: 'delta', content, base: at - 1, by: at % 3 === 0 ? 'id' : 'offset' };
    });
    const backwards = [noise(3000, 5), noise(3000, 5).fill(7, 10, 20)] as const;
    const forward: PackItem[] = [
      { kind: 'delta', content: backwards[1], base: 1, by: 'id' },
      { kind: 'whole', content: backwards[0] },
    ];
    await plantPack(files, PACKS, { made: makePack(items), without: ['meta'] });
    await plantPack(files, PACKS, { made: makePack(forward), without: ['meta'] });
    await store.put(noise(60_000, 1)); // enough to have both taken
    expect(await store.repack({ scope })).toMatchObject({ left: [], packsRemoved: 2, looseRemoved: 1 });
    await expectAll(store, [...contents, ...backwards]);
    expect(await findingsOf(store)).toEqual([]);
    const [only = ''] = await packsIn(files);
    const read = async (ending: string): Promise<Uint8Array> =>
      (await files.readFile(`${PACKS}/${only}.${ending}`, 1e8))!;
    expect(Math.max(...packDepths(await read('pack'), await read('idx')))).toBeLessThanOrEqual(50);
  });

  test('copies lists of chunks, with or without a meta that knows their CRC-32', async () => {
    for (const without of [[], ['meta']] as const) {
      await using workshop = await openWorkshop();
      const { store, files } = workshop;
      const large = noise(300_000, 21);
      const items: PackItem[] = [
        { kind: 'chunks', content: large, chunkBytes: 50_000 },
        ...wholes(...chunksOf(large, 50_000)),
      ];
      await plantPack(files, PACKS, { made: makePack(items), without });
      await plantPack(files, PACKS, { made: makePack(wholes(textOf(1), textOf(2))) });
      await store.repack({ scope: 'all' });
      await store.repack({ scope });
      expect((await store.stat(hashBytes(large))).form).toBe('chunks');
      expect(await findingsOf(store)).toEqual([]);
      await expectAll(store, [large, textOf(1)]);
    }
  });

  test('keeps a pack with an object that no copy is left of, and packs the rest', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    const made = makePack(wholes(textOf(1), noise(5000, 2), textOf(3)));
    const other = makePack(wholes(textOf(4), textOf(5)));
    damage(made, 1);
    for (const pack of [made, other]) await plantPack(files, PACKS, { made: pack });
    const result = await store.repack({ scope: 'all' });
    expect(result).toMatchObject({ left: [made.ids[1]], packsRemoved: 1, objects: 4 });
    expect(new Set(await packsIn(files))).toEqual(new Set([made.name, result.pack]));
    await expectAll(store, [textOf(1), textOf(3), textOf(4), textOf(5)]);
    await expect(store.get(made.ids[1]!)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
    expect(await store.repack({ scope })).toMatchObject({
      left: scope === 'all' ? [made.ids[1]] : expect.anything(),
    });
    await expectAll(store, [textOf(1), textOf(3), textOf(4), textOf(5)]);
  });

  test('heals what another copy is sound of, also the base of deltas', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    const contents = [textOf(1), textOf(2), textOf(3), noise(4000, 8)];
    const items: PackItem[] = contents.map((content, at) =>
      at % 3 === 0 ? { kind: 'whole', content } : { kind: 'delta', content, base: at - 1 },
    );
    const made = makePack(items);
    damage(made, 0);
    damage(made, 3);
    await plantPack(files, PACKS, { made });
    await plantPack(files, PACKS, { made: makePack(wholes(...contents)) });
    const result = await store.repack({ scope: 'all' });
    expect(result).toMatchObject({ left: [], packsRemoved: 2, objects: 4 });
    await expectAll(store, contents);
    expect(await findingsOf(store)).toEqual([]);
  });

  test('does not believe a pack whose entries are sound and of other objects than its idx says', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    const [right, wrong] = [textOf(1), textOf(2)];
    const good = makePack(wholes(right, textOf(7)));
    const bad = makePack([{ kind: 'raw', content: right, entry: wholeEntryOf(wrong) }, ...wholes(textOf(3))]);
    for (const pack of [bad, good]) await plantPack(files, PACKS, { made: pack });
    expect(await store.repack({ scope: 'all' })).toMatchObject({ left: [], packsRemoved: 2 });
    await expectAll(store, [right, textOf(3), textOf(7)]);
    expect(await findingsOf(store)).toEqual([]);
  });

  test('believes no list of chunks that lacks one, and keeps the whole copy that there is', async () => {
    for (const form of ['loose', 'packed'] as const) {
      await using workshop = await openWorkshop();
      const { store, files } = workshop;
      const large = noise(60_000, 31);
      const listed = makePack([
        { kind: 'chunks', content: large, chunkBytes: 20_000 },
        ...wholes(...chunksOf(large, 20_000)),
      ]);
      damage(listed, 2);
      await plantPack(files, PACKS, { made: listed });
      if (form === 'packed') await plantPack(files, PACKS, { made: makePack(wholes(large, textOf(1))) });
      else await store.put(large);
      await store.flush();
      expect(await store.repack({ scope })).toMatchObject({ left: [listed.ids[2]] });
      await using again = await workshop.reopen();
      await expectAll(again, [large]);
      expect(await packsIn(files)).toContain(listed.name);
    }
  });

  test('keeps a list of chunks that lacks one where it is, and goes on without it', async () => {
    for (const without of [[], ['meta']] as const) {
      await using workshop = await openWorkshop();
      const { store, files } = workshop;
      const large = noise(60_000, 32);
      const made = makePack([
        { kind: 'chunks', content: large, chunkBytes: 20_000 },
        ...wholes(...chunksOf(large, 20_000).slice(1)),
      ]);
      await plantPack(files, PACKS, { made, without });
      await plantPack(files, PACKS, { made: makePack(wholes(textOf(1), noise(50_000, 3))) });
      expect(await store.repack({ scope })).toMatchObject({
        left: [made.ids[0]],
        packsRemoved: 1,
        objects: 4,
      });
      await expectAll(store, [textOf(1), ...chunksOf(large, 20_000).slice(1)]);
    }
  });

  test('goes on where the list of chunks itself, or the header of an entry, is damaged', async () => {
    for (const at of [6, 0]) {
      await using workshop = await openWorkshop();
      const { store, files } = workshop;
      const large = noise(60_000, 33);
      const made = makePack([
        { kind: 'chunks', content: large, chunkBytes: 20_000 },
        ...wholes(...chunksOf(large, 20_000)),
      ]);
      made.pack[made.offsets[0]! + at] = 0x58; // as a header: of no type that there is
      await plantPack(files, PACKS, { made, without: ['meta'] });
      await plantPack(files, PACKS, { made: makePack(wholes(textOf(1), noise(50_000, 3))) });
      expect(await store.repack({ scope })).toMatchObject({ left: [made.ids[0]], packsRemoved: 1 });
      await expectAll(store, [textOf(1), ...chunksOf(large, 20_000)]);
    }
  });

  test('takes a list of chunks along whose chunks are in a pack that stays', async () => {
    await using workshop = await openWorkshop();
    const { store, files } = workshop;
    const large = noise(60_000, 34);
    const kept = makePack(wholes(...chunksOf(large, 20_000)));
    await plantPack(files, PACKS, { made: kept });
    await using _keep = await files.open(`${PACKS}/${kept.name}.keep`, 'create');
    const list = makePack([{ kind: 'chunks', content: large, chunkBytes: 20_000 }, ...wholes(textOf(1))]);
    await plantPack(files, PACKS, { made: list });
    await plantPack(files, PACKS, { made: makePack(wholes(textOf(2), textOf(3))) });
    expect(await store.repack({ scope })).toMatchObject({ left: [], packsRemoved: 2, objects: 4 });
    expect((await store.stat(hashBytes(large))).form).toBe('chunks');
    expect(await findingsOf(store)).toEqual([]);
    await expectAll(store, [large, textOf(1)]);
  });

  test('passes on no bytes that were read wrong after they were proved', async () => {
    for (let nth = 1; nth < 12; nth++) {
      await using workshop = await openWorkshop();
      const contents = Array.from({ length: 6 }, (_, seed) => noise(5000, seed));
      for (const made of [makePack(wholes(...contents.slice(3))), makePack(wholes(...contents.slice(0, 3)))])
        await plantPack(workshop.files, PACKS, { made });
      await using store = await openStore('/here', { files: misreading(workshop.files, nth) });
      await store.repack({ scope }).catch((error: unknown) => expect(error).toBeInstanceOf(CorruptError));
      await using again = await workshop.reopen();
      await expectAll(again, contents);
      expect((await findingsOf(again)).filter((id) => id !== 'temporary-left')).toEqual([]);
    }
  });
});

/** The same files, but that the `nth` long read of a pack gives a wrong bit. */
function misreading(files: FileSystem, nth: number): FileSystem {
  let reads = 0;
  const misread = (file: OpenFile): OpenFile =>
    boundProxy(file, {
      read: async (into, at) => {
        const count = await file.read(into, at);
        if (count > 4000 && count < 8000 && ++reads === nth) into[count >> 1] = into[count >> 1]! ^ 8;
        return count;
      },
    });
  return boundProxy(files, {
    open: (async (path: string, mode: 'read', permissions?: number) => {
      const file = await files.open(path, mode, permissions);
      return file && mode === 'read' && path.endsWith('.pack') ? misread(file) : file;
    }) as FileSystem['open'],
  });
}

function boundProxy<Value extends object>(whole: Value, own: Partial<Value>): Value {
  return new Proxy(whole, {
    get: (target, key) => {
      const member = own[key as keyof Value] ?? target[key as keyof Value];
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

/** The bytes of the only entry of a pack. */
function wholeEntryOf(content: Uint8Array): Uint8Array {
  const { pack, offsets } = makePack(wholes(content));
  return pack.slice(offsets[0], offsets[1]);
}

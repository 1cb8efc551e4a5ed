import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { collectBytes } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { bytesOfId, type ObjectId } from '../../src/hash/object-id.ts';
import type { ManyAnswer } from '../../src/odb/many-answers.ts';
import { readMany } from '../../src/packs/many-reader.ts';
import { type FilesStore, openFilesStore } from '../../src/store/files-store.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { anyContent, noise } from '../arbitraries/contents.ts';
import { type MadePack, makePack, type PackItem, plantPack, wholes } from './pack-maker.ts';

async function storeOf(...packs: readonly MadePack[]): Promise<FilesStore> {
  const folder = mkdtempSync(join(tmpdir(), 'caskit-many-'));
  await nodeFiles().makeFolder(`${folder}/pack`);
  for (const made of packs) await plantPack(nodeFiles(), `${folder}/pack`, { made });
  const store = openFilesStore(folder, { files: nodeFiles(), codec: nativeCodec, level: 1 });
  onTestFinished(async () => {
    await store[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  return store;
}

async function* listsOf(...lists: readonly (readonly ObjectId[])[]): AsyncGenerator<readonly ObjectId[]> {
  yield* lists;
}

/** What is answered to each id: its hash by what came, or `absent`. */
async function askAll(
  store: FilesStore,
  lists: AsyncIterable<readonly ObjectId[]>,
  windowBytes?: number,
): Promise<string[]> {
  const options = windowBytes === undefined ? {} : { windowBytes };
  const answers: string[] = [];
  for await (const some of readMany(lists, { folder: store.packed.folder, objects: store }, options)) {
    for (const answer of some) answers.push(await hashOf(answer));
  }
  return answers;
}

async function hashOf(answer: ManyAnswer): Promise<string> {
  if (answer.kind === 'absent') return 'absent';
  const content = answer.kind === 'whole' ? answer.content : await collectBytes(answer.content);
  expect(hashBytes(content)).toBe(answer.id);
  return answer.id;
}

/** Contents as entries: each whole, or a delta on one before it. */
const anyItems = (): fc.Arbitrary<PackItem[]> =>
  fc.uniqueArray(anyContent(), { minLength: 1, maxLength: 30, selector: hashBytes }).chain((contents) =>
    fc.array(fc.nat(), { minLength: contents.length, maxLength: contents.length }).map((picks) =>
      contents.map(
        (content, at): PackItem =>
          at === 0 || picks[at]! % 3 === 0
            ? { kind: 'whole', content }
            : {
                kind: 'delta',
                base: picks[at]! % at,
                by: picks[at]! % 5 === 0 ? 'id' : 'offset',
                content,
              },
      ),
    ),
  );

test('open() has what lies in several packs at once', async () => {
  const contents = Array.from({ length: 60 }, (_, at) => noise(3000, at + 1));
  const store = await storeOf(
    makePack(wholes(...contents.slice(0, 30))),
    makePack(wholes(...contents.slice(30))),
  );
  const window = await store.openMany!().open(
    concatBytes(contents.map((content) => bytesOfId(hashBytes(content)))),
  );
  expect(window.count).toBe(60);
  for (const [at, content] of contents.entries()) {
    expect(window.contentAt(at)).toEqual(content);
    expect(inflateRawSync(window.deflatedAt(at, 3000)!.deflated).equals(content)).toBe(true);
    expect(window.deflatedAt(at, 3001)).toBeUndefined();
  }
});

test('readMany() answers each id in order, whatever lies where and however small the window', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyItems(), { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(), { maxLength: 60 }),
      fc.constantFrom(1, 1000, 20_000, 200_000, undefined),
      async (packs, picks, windowBytes) => {
        const store = await storeOf(...packs.map(makePack));
        const loose = await store.loose.put('content', noise(1234));
        const known = [loose, ...packs.flat().map(({ content }) => hashBytes(content))];
        const asked = picks.map((pick) =>
          pick % 11 === 0 ? hashBytes(noise(pick % 77, 5)) : known[pick % known.length]!,
        );
        const expected = asked.map((id) => (known.includes(id) ? id : 'absent'));
        const third = Math.ceil(asked.length / 3);
        const lists = [asked.slice(0, third), asked.slice(third, 2 * third), asked.slice(2 * third)];
        expect(await askAll(store, listsOf(...lists), windowBytes)).toEqual(expected);
      },
    ),
    { numRuns: 40 },
  );
});

test('readMany() reads objects that are longer than the window, and chains of them', async () => {
  const base = noise(400_000);
  const contents = Array.from({ length: 12 }, (_, number) =>
    concatBytes([base, noise(number * 100, number + 1)]),
  );
  const made = makePack(
    contents.map(
      (content, at): PackItem =>
        at === 0 ? { kind: 'whole', content } : { kind: 'delta', base: at - 1, content },
    ),
  );
  const store = await storeOf(made);
  for (const windowBytes of [100_000, 500_000, 1_700_000, 2_500_000, 10_000_000]) {
    expect(await askAll(store, listsOf(made.ids.toReversed()), windowBytes)).toEqual(made.ids.toReversed());
  }
});

test('readMany() takes a sound copy of what is damaged, and says what came before one that has none', async () => {
  const contents = Array.from({ length: 20 }, (_, number) => noise(300 + number, number + 1));
  const made = makePack(
    contents.map(
      (content, at): PackItem =>
        at % 4 === 0 ? { kind: 'whole', content } : { kind: 'delta', base: at - 1, content },
    ),
  );
  made.pack.fill(0x55, made.offsets[8]! + 100, made.offsets[8]! + 120);
  const store = await storeOf(made);
  const before: string[] = [];
  const asking = (async () => {
    for await (const some of readMany(listsOf(made.ids), { folder: store.packed.folder, objects: store })) {
      for (const answer of some) before.push(await hashOf(answer));
    }
  })();
  await expect(asking).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
  expect(before).toEqual(made.ids.slice(0, 8));
  await store.loose.put('content', contents[8]!);
  expect(await askAll(store, listsOf(made.ids))).toEqual(made.ids);
});

test('readMany() answers who asks for one at a time before the next is asked for', async () => {
  const made = makePack(wholes(...Array.from({ length: 10 }, (_, number) => noise(50, number + 1))));
  const store = await storeOf(made);
  const answered: string[] = [];
  const asking = async function* (): AsyncGenerator<readonly ObjectId[]> {
    for (const [at, id] of made.ids.entries()) {
      yield [id];
      await vi.waitUntil(() => answered.length > at);
    }
  };
  for await (const some of readMany(asking(), { folder: store.packed.folder, objects: store }))
    for (const { id } of some) answered.push(id);
  expect(answered).toEqual(made.ids);
});

test('readMany() finds objects in a pack that came since', async () => {
  const [one, two] = [
    makePack(wholes(...[1, 2, 3, 4, 5, 6].map((seed) => noise(90, seed)))),
    makePack(wholes(...[11, 12, 13, 14, 15, 16].map((seed) => noise(90, seed)))),
  ];
  const store = await storeOf(one);
  const lists = async function* (): AsyncGenerator<readonly ObjectId[]> {
    yield one.ids;
    await new Promise((resolve) => setTimeout(resolve, 30));
    await plantPack(nodeFiles(), store.packed.folder.path, { made: two });
    yield [...one.ids, ...two.ids];
    await new Promise((resolve) => setTimeout(resolve, 30));
    for (const suffix of ['idx', 'meta', 'pack'])
      await nodeFiles().remove(`${store.packed.folder.path}/${one.name}.${suffix}`);
    yield [...two.ids, ...one.ids];
  };
  const answers = await askAll(store, lists());
  expect(answers.slice(0, 24)).toEqual([...one.ids, ...one.ids, ...two.ids, ...two.ids]);
});

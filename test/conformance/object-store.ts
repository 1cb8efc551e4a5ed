/** What every {@link ObjectStore} promises of what is put into it. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import type { ObjectStore, PutStreamOptions } from '../../src/odb/object-store.ts';
import { anyCuts, piecesOf } from '../arbitraries/bytes.ts';
import { anyContent, noise } from '../arbitraries/contents.ts';
import type { Case } from './case.ts';
import { expectBytes, type ObjectReaderSubject } from './object-reader.ts';
import { modelCommands } from './object-store-model.ts';

export interface ObjectStoreSubject
  extends AsyncDisposable,
    Pick<ObjectReaderSubject, 'damage' | 'waitsBecause'> {
  /** Empty. */
  readonly store: ObjectStore;
  /** Another handle on the same place: it sees what is durable. A store in memory is its own. */
  reopen(): Promise<ObjectStore>;
}

const HELLO = encodeText('hello\n');
const HELLO_ID = 'sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03';
const LONG: Uint8Array = noise(3 * 2 ** 20 + 1);

async function idsOf(store: ObjectStore): Promise<ObjectId[]> {
  const ids: ObjectId[] = [];
  for await (const id of store.ids()) ids.push(id);
  return ids;
}

async function* failing(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
  throw new Error('the source is gone');
}

const putCases: readonly Case<ObjectStoreSubject>[] = [
  {
    title: 'put() answers what sha256sum prints, in any role',
    run: async ({ store }) => {
      for (const role of ['content', 'tree', 'snapshot'] as const)
        expect(await store.put(role, HELLO)).toBe(HELLO_ID);
    },
  },
  {
    title: 'what was put can be read at once, and by others after flush()',
    run: async ({ store, reopen }) => {
      const ids = [await store.put('content', HELLO), (await store.putStream('content', streamOf(LONG))).id];
      for (const id of ids) expect(await store.has(id)).toBe(true);
      expect(await store.read(HELLO_ID as ObjectId)).toEqual(HELLO);
      expectBytes(await store.read(hashBytes(LONG)), LONG);
      await store.flush();
      const other = await reopen();
      expect(await idsOf(other)).toEqual([...ids].sort());
      expectBytes(await other.read(hashBytes(LONG)), LONG);
      expect(await idsOf(store)).toEqual(await idsOf(other));
    },
  },
  {
    title: 'the same bytes again are the same object, with the role of the first',
    run: async ({ store }) => {
      await store.put('tree', HELLO);
      await store.flush();
      await store.put('content', HELLO);
      await store.putStream('snapshot', streamOf(HELLO));
      await store.flush();
      expect(await idsOf(store)).toEqual([HELLO_ID]);
      expect(await store.stat(HELLO_ID as ObjectId)).toMatchObject({ hint: 'tree' });
    },
  },
  {
    title: 'the caller may use its buffer again once a put has returned',
    run: async ({ store }) => {
      const buffer = HELLO.slice();
      const id = await store.put('content', buffer);
      buffer.fill(0);
      expect(await store.read(id)).toEqual(HELLO);
      await store.flush();
      expect(await store.read(id)).toEqual(HELLO);
    },
  },
  {
    title: 'puts of the same and of other bytes may run at once, flushes between them',
    run: async ({ store, reopen }) => {
      const contents = Array.from({ length: 20 }, (_, number) => noise(200 + (number % 7), (number % 7) + 1));
      const work = contents.flatMap((content) => [
        store.put('content', content).then(() => store.flush()),
        store.putStream('content', streamOf(LONG), { sizeBytes: LONG.length }).then(() => store.flush()),
        store.putStream('content', streamOf(content)),
      ]);
      await Promise.all(work);
      await store.flush();
      const other = await reopen();
      for (const content of [...contents, LONG]) expectBytes(await other.read(hashBytes(content)), content);
      expect((await idsOf(other)).length).toBe(8);
    },
  },
  {
    title: 'flush() of nothing does nothing, and may be called at any time',
    run: async ({ store }) => {
      await store.flush();
      await Promise.all([store.flush(), store.flush()]);
      await store.put('content', HELLO);
      await Promise.all([store.flush(), store.flush()]);
      expect(await idsOf(store)).toEqual([HELLO_ID]);
    },
  },
  {
    title: 'closing makes durable what was put',
    run: async ({ store, reopen }) => {
      await store.put('content', HELLO);
      await store[Symbol.asyncDispose]();
      expect(await (await reopen()).has(HELLO_ID as ObjectId)).toBe(true);
    },
  },
];

const streamCases: readonly Case<ObjectStoreSubject>[] = [
  {
    title: 'putStream() makes the same object of any pieces, whether the length is known or not',
    run: async ({ store }) => {
      await fc.assert(
        fc.asyncProperty(anyContent(), anyCuts(), fc.boolean(), async (content, cuts, isKnown) => {
          const options: PutStreamOptions = isKnown ? { sizeBytes: content.length } : {};
          const stored = await store.putStream('content', streamOf(...piecesOf(content, cuts)), options);
          expect(stored).toEqual({ id: hashBytes(content), sizeBytes: content.length });
          expectBytes(await store.read(stored.id), content);
        }),
        { numRuns: 40 },
      );
    },
  },
  {
    title: 'putStream() of a long stream is the same object, whether the length is known or not',
    run: async ({ store }) => {
      for (const options of [{ sizeBytes: LONG.length }, {}]) {
        const stored = await store.putStream(
          'content',
          streamOf(...piecesOf(LONG, [1, 70_000, 2_000_000])),
          options,
        );
        expect(stored).toEqual({ id: hashBytes(LONG), sizeBytes: LONG.length });
        expectBytes(await collectBytes((await store.open(stored.id))!.content), LONG);
      }
    },
  },
  {
    title: 'putStream() refuses a stream of another length than said, and stores nothing of it',
    run: async ({ store }) => {
      for (const content of [HELLO, LONG]) {
        for (const sizeBytes of [content.length - 1, content.length + 1, 0]) {
          await expect(store.putStream('content', streamOf(content), { sizeBytes })).rejects.toMatchObject({
            name: 'InvalidInputError',
            code: 'SIZE_MISMATCH',
          });
        }
      }
      await store.flush();
      expect(await idsOf(store)).toEqual([]);
    },
  },
  {
    title: 'putStream() of a stream that fails throws its error, stores nothing, and can be tried again',
    run: async ({ store }) => {
      for (const content of [HELLO, LONG]) {
        for (const options of [{ sizeBytes: content.length + 9 }, {}]) {
          await expect(store.putStream('content', failing(content), options)).rejects.toThrow(
            'the source is gone',
          );
        }
      }
      await store.flush();
      expect(await idsOf(store)).toEqual([]);
      const { id } = await store.putStream('content', streamOf(HELLO));
      expect(await store.read(id)).toEqual(HELLO);
    },
  },
];

export const objectStoreCases: readonly Case<ObjectStoreSubject>[] = [
  ...putCases,
  ...streamCases,
  {
    title: 'does what a map does, through handles that come and go',
    run: async (subject) => {
      const state = { model: new Map<ObjectId, Uint8Array>(), real: { subject, store: subject.store } };
      await fc.assert(
        fc.asyncProperty(fc.commands(modelCommands, { maxCommands: 30 }), async (commands) => {
          await fc.asyncModelRun(() => state, commands);
        }),
        { numRuns: 15 },
      );
    },
  },
];

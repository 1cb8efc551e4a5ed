/** What is done to an object store and to a map, side by side. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { compareText } from '../../src/bytes/compare.ts';
import { streamOf } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import type { ObjectStore } from '../../src/odb/object-store.ts';
import type { ObjectStoreSubject } from './object-store.ts';

type Model = Map<ObjectId, Uint8Array>;

interface Real {
  readonly subject: ObjectStoreSubject;
  store: ObjectStore;
}

/** Few, so that the same bytes are put again and again. */
const anyObject = fc.nat(40).map((number) => new Uint8Array(number * 7).fill(number));

class Command implements fc.AsyncCommand<Model, Real> {
  readonly #name: string;
  readonly run: (model: Model, real: Real) => Promise<void>;

  constructor(name: string, run: (model: Model, real: Real) => Promise<void>) {
    this.#name = name;
    this.run = run;
  }

  check(): boolean {
    return true;
  }

  toString(): string {
    return this.#name;
  }
}

export const modelCommands: fc.Arbitrary<fc.AsyncCommand<Model, Real>>[] = [
  anyObject.map(
    (content) =>
      new Command(`put ${content.length}`, async (model, { store }) => {
        const id = await store.put('content', content);
        expect(id).toBe(hashBytes(content));
        model.set(id, content);
      }),
  ),
  anyObject.map(
    (content) =>
      new Command(`putStream ${content.length}`, async (model, { store }) => {
        const { id } = await store.putStream('content', streamOf(content));
        model.set(id, content);
      }),
  ),
  anyObject.map(
    (content) =>
      new Command(`read ${content.length}`, async (model, { store }) => {
        const id = hashBytes(content);
        expect(await store.read(id)).toEqual(model.get(id));
        expect(await store.has(id)).toBe(model.has(id));
        expect((await store.stat(id))?.sizeBytes).toBe(model.get(id)?.length);
      }),
  ),
  fc.constant(new Command('flush', (_, { store }) => store.flush())),
  fc.constant(
    new Command('flush and list', async (model, { store }) => {
      await store.flush();
      const ids: ObjectId[] = [];
      for await (const id of store.ids()) ids.push(id);
      expect(ids).toEqual([...model.keys()].sort(compareText));
    }),
  ),
  fc.constant(
    new Command('close and reopen', async (_, real) => {
      await real.store[Symbol.asyncDispose]();
      real.store = await real.subject.reopen();
    }),
  ),
];

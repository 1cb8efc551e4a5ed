/** What every {@link ObjectReader} promises of the objects that it holds. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { compareText } from '../../src/bytes/compare.ts';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { collectBytes } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { hexOf, type ObjectId } from '../../src/hash/object-id.ts';
import type { Role } from '../../src/object/role.ts';
import type { ObjectReader } from '../../src/odb/object-store.ts';
import { anyContent, noise } from '../arbitraries/contents.ts';
import type { Case } from './case.ts';

/** `toEqual` compares long arrays a number at a time. */
export function expectBytes(actual: Uint8Array | undefined, expected: Uint8Array): void {
  expect(actual && hashBytes(actual)).toBe(hashBytes(expected));
}

export interface SeedObject {
  readonly role: Role;
  readonly content: Uint8Array;
}

export interface ObjectReaderSubject extends AsyncDisposable {
  /** A reader of exactly these objects, which may be called more than once: each adds to what is there. */
  seed(objects: readonly SeedObject[]): Promise<ObjectReader>;
  /** Changes a byte in the middle of everything that objects lie in. Absent where they lie in memory. */
  damage?(): Promise<void>;
  /** Why its readers have no `readNow`. */
  readonly waitsBecause?: string | undefined;
}

const absent = hashBytes(encodeText('nobody ever put this'));
const LONG: Uint8Array = noise(5 * 2 ** 20 + 3);

function contentsOf(...contents: readonly Uint8Array[]): SeedObject[] {
  return contents.map((content) => ({ role: 'content', content }));
}

async function idsOf(reader: ObjectReader, prefix?: string): Promise<ObjectId[]> {
  const ids: ObjectId[] = [];
  for await (const id of reader.ids(prefix)) ids.push(id);
  return ids;
}

export const objectReaderCases: readonly Case<ObjectReaderSubject>[] = [
  {
    title: 'what is absent is absent, whatever is asked of it',
    run: async (subject) => {
      for (const objects of [[], contentsOf(encodeText('another'))]) {
        const reader = await subject.seed(objects);
        expect(await reader.has(absent)).toBe(false);
        expect(await reader.stat(absent)).toBeUndefined();
        expect(await reader.read(absent)).toBeUndefined();
        expect(await reader.open(absent)).toBeUndefined();
      }
    },
  },
  {
    title: 'every object comes back, whole and as a stream, and says its size',
    run: async (subject) => {
      const anyObjects = fc.uniqueArray(anyContent(), { minLength: 1, maxLength: 6, selector: hashBytes });
      await fc.assert(
        fc.asyncProperty(anyObjects, async (contents) => {
          const reader = await subject.seed(contentsOf(...contents));
          for (const content of contents) {
            const id = hashBytes(content);
            expect(await reader.has(id)).toBe(true);
            expectBytes(await reader.read(id), content);
            const opened = await reader.open(id);
            expectBytes(await collectBytes(opened!.content), content);
            const info = await reader.stat(id);
            expect(info).toMatchObject({ id, sizeBytes: content.length, hint: 'content' });
            expect(opened).toMatchObject({ id, sizeBytes: content.length, hint: 'content' });
          }
        }),
        { numRuns: 25 },
      );
    },
  },
  {
    title: 'stat() tells the role that an object was put in',
    run: async (subject) => {
      const roles: readonly Role[] = ['content', 'tree', 'snapshot'];
      const reader = await subject.seed(roles.map((role) => ({ role, content: encodeText(role) })));
      for (const role of roles)
        expect(await reader.stat(hashBytes(encodeText(role)))).toMatchObject({ hint: role });
    },
  },
  {
    title: 'the empty object is an object',
    run: async (subject) => {
      const reader = await subject.seed(contentsOf(new Uint8Array(0)));
      const id = hashBytes(new Uint8Array(0));
      expect(await reader.read(id, { maxBytes: 0 })).toEqual(new Uint8Array(0));
      expect(await collectBytes((await reader.open(id))!.content)).toEqual(new Uint8Array(0));
      expect(await reader.stat(id)).toMatchObject({ sizeBytes: 0 });
    },
  },
  {
    title: 'read() takes an object of maxBytes, and refuses a longer one',
    run: async (subject) => {
      for (const content of [noise(1000), new Uint8Array(100_000), LONG]) {
        const reader = await subject.seed(contentsOf(content));
        const id = hashBytes(content);
        expectBytes(await reader.read(id, { maxBytes: content.length }), content);
        for (const maxBytes of [content.length - 1, 1, 0]) {
          await expect(reader.read(id, { maxBytes })).rejects.toMatchObject({
            name: 'RefusedError',
            code: 'TOO_LARGE',
          });
        }
      }
    },
  },
  {
    title: 'open() gives a long object in pieces, and as often as it is asked',
    run: async (subject) => {
      const reader = await subject.seed(contentsOf(LONG));
      const id = hashBytes(LONG);
      for (const time of [1, 2]) {
        const pieces: Uint8Array[] = [];
        for await (const piece of (await reader.open(id))!.content) pieces.push(piece);
        expect(hashBytes(concatBytes(pieces)), `time ${time}`).toBe(id);
      }
    },
  },
  {
    title: 'a stream that is left early leaves the reader as it was',
    run: async (subject) => {
      const reader = await subject.seed(contentsOf(LONG));
      const id = hashBytes(LONG);
      for await (const piece of (await reader.open(id))!.content) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      expectBytes(await reader.read(id), LONG);
    },
  },
  {
    title: 'ids() lists every object once, ascending',
    run: async (subject) => {
      const contents = Array.from({ length: 40 }, (_, number) => encodeText(`object ${number}`));
      const reader = await subject.seed(contentsOf(...contents));
      expect(await idsOf(reader)).toEqual(contents.map(hashBytes).sort(compareText));
    },
  },
  {
    title: 'ids() finds the ids that begin with any number of digits, and none that do not',
    run: async (subject) => {
      const contents = Array.from({ length: 300 }, (_, number) => encodeText(`object ${number}`));
      const reader = await subject.seed(contentsOf(...contents));
      const all = contents.map(hashBytes).sort(compareText);
      for (const length of [0, 1, 2, 3, 4, 63, 64]) {
        const prefix = hexOf(all[7]!).slice(0, length);
        expect(await idsOf(reader, prefix)).toEqual(all.filter((id) => hexOf(id).startsWith(prefix)));
      }
      expect(await idsOf(reader, hexOf(absent).slice(0, 8))).toEqual([]);
      expect(await idsOf(reader, `${hexOf(all[7]!)}0`)).toEqual([]);
    },
  },
  {
    title: 'ids() can be left early',
    run: async (subject) => {
      const reader = await subject.seed(
        contentsOf(encodeText('one'), encodeText('two'), encodeText('three')),
      );
      for await (const id of reader.ids()) {
        expect(await reader.has(id)).toBe(true);
        break;
      }
      expect(await idsOf(reader)).toHaveLength(3);
    },
  },
  {
    title: 'many can read at once',
    run: async (subject) => {
      const contents = Array.from({ length: 60 }, (_, number) => noise(number * 50, number + 1));
      const reader = await subject.seed(contentsOf(...contents));
      const read = await Promise.all(contents.map((content) => reader.read(hashBytes(content))));
      expect(read).toEqual(contents);
    },
  },
];

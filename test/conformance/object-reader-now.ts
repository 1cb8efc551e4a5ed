/** What `readNow` promises, of every {@link ObjectReader} that has it: what `read` answers, without waiting. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import type { ObjectReader, ReadNowOptions } from '../../src/odb/object-store.ts';
import { anyContent, noise } from '../arbitraries/contents.ts';
import type { Case } from './case.ts';
import { expectBytes, type ObjectReaderSubject, type SeedObject } from './object-reader.ts';

type ReadNow = (id: ReturnType<typeof hashBytes>, options?: ReadNowOptions) => Uint8Array | undefined;

const LONG: Uint8Array = noise(5 * 2 ** 20 + 3);
const WORDS: Uint8Array = encodeText('words that come again '.repeat(5000));

function contentsOf(...contents: readonly Uint8Array[]): SeedObject[] {
  return contents.map((content) => ({ role: 'content', content }));
}

function readNowOf(reader: ObjectReader): ReadNow {
  if (reader.readNow === undefined) throw new Error(`'${reader.name}' has no readNow`);
  return (id, options) => reader.readNow!(id, options);
}

function skipIf(subject: ObjectReaderSubject): string | undefined {
  return subject.waitsBecause;
}

export const readNowCases: readonly Case<ObjectReaderSubject>[] = [
  {
    title: 'a reader that must wait has no readNow(), and does not say that all is absent',
    skipIf: (subject) => (subject.waitsBecause === undefined ? 'it need not wait' : undefined),
    run: async (subject) => {
      expect((await subject.seed(contentsOf(WORDS))).readNow).toBeUndefined();
    },
  },
  {
    title: 'readNow() of what is absent is undefined',
    skipIf,
    run: async (subject) => {
      for (const objects of [[], contentsOf(WORDS)]) {
        const readNow = readNowOf(await subject.seed(objects));
        expect(readNow(hashBytes(encodeText('nobody ever put this')))).toBeUndefined();
      }
    },
  },
  {
    title: 'readNow() answers what read() does, before and after it',
    skipIf,
    run: async (subject) => {
      const anyObjects = fc.uniqueArray(anyContent(), { minLength: 1, maxLength: 6, selector: hashBytes });
      await fc.assert(
        fc.asyncProperty(anyObjects, async (contents) => {
          const reader = await subject.seed(contentsOf(...contents));
          const readNow = readNowOf(reader);
          for (const content of contents) {
            const id = hashBytes(content);
            expectBytes(readNow(id), content);
            expectBytes(await reader.read(id), content);
            expectBytes(readNow(id), content);
          }
        }),
        { numRuns: 8 },
      );
    },
  },
  {
    title: 'readNow() answers also while others wait for the same objects',
    skipIf,
    run: async (subject) => {
      const contents = Array.from({ length: 20 }, (_, number) => noise(number * 150, number + 1));
      const reader = await subject.seed(contentsOf(...contents));
      const readNow = readNowOf(reader);
      const waiting = contents.map((content) => reader.read(hashBytes(content)));
      for (const content of contents) expectBytes(readNow(hashBytes(content)), content);
      expect(await Promise.all(waiting)).toEqual(contents);
    },
  },
  {
    title: 'what readNow() gives is the caller’s to change',
    skipIf,
    run: async (subject) => {
      const readNow = readNowOf(await subject.seed(contentsOf(WORDS, noise(3000))));
      for (const content of [WORDS, noise(3000)]) {
        readNow(hashBytes(content))!.fill(0);
        expectBytes(readNow(hashBytes(content)), content);
      }
    },
  },
  {
    title: 'readNow() takes an object of maxBytes, and refuses a longer one',
    skipIf,
    run: async (subject) => {
      for (const content of [noise(1000), new Uint8Array(100_000), LONG]) {
        const readNow = readNowOf(await subject.seed(contentsOf(content)));
        const id = hashBytes(content);
        expectBytes(readNow(id, { maxBytes: content.length }), content);
        for (const maxBytes of [content.length - 1, 1, 0]) {
          expect(() => readNow(id, { maxBytes })).toThrow(
            expect.objectContaining({ name: 'RefusedError', code: 'TOO_LARGE' }),
          );
        }
      }
    },
  },
  {
    title: 'readNow() of a range is those bytes, as many as there are, and the caller’s to change',
    skipIf,
    run: async (subject) => {
      const contents = [WORDS, noise(3000), LONG, encodeText('and more').subarray(0, 0)];
      const readNow = readNowOf(await subject.seed(contentsOf(...contents)));
      const ends = [0, 1, 999, 3000, 70_000, LONG.length - 1, LONG.length, LONG.length + 9];
      for (const content of contents) {
        const id = hashBytes(content);
        const starts = content === LONG ? [0, 70_000, LONG.length] : ends; // the whole of it is read each time
        for (const start of starts) {
          for (const end of ends.filter((at) => at >= start)) {
            const part = readNow(id, { range: { start, end } })!;
            expectBytes(part, content.subarray(start, end));
            part.fill(0);
          }
        }
      }
    },
  },
  {
    title: 'readNow() of a damaged object is an error, and gives no byte of it',
    skipIf: (subject) => skipIf(subject) ?? (subject.damage ? undefined : 'its objects lie in memory'),
    run: async (subject) => {
      for (const content of [noise(1000), WORDS, LONG]) {
        const readNow = readNowOf(await subject.seed(contentsOf(content)));
        await subject.damage!();
        expect(() => readNow(hashBytes(content))).toThrow(
          expect.objectContaining({ name: 'CorruptError', code: 'OBJECT_CORRUPT' }),
        );
      }
    },
  },
];

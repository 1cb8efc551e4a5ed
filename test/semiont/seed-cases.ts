/** What the published design of a representation store says, sentence by sentence. */
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect } from 'vitest';
import type { Case } from '../conformance/case.ts';
import { collect } from './collect.ts';
import { heldContents, NOW_MS, type Subject } from './representation-stores.ts';

const TEXT = { mediaType: 'text/plain', rel: 'original' } as const;

function sha256(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

export const seedCases: readonly Case<Subject>[] = [
  {
    title: 'store() returns the checksum, the metadata and the size',
    run: async ({ representations }) => {
      const content = Buffer.from('Original text');
      expect(await representations.store(content, { ...TEXT, language: 'en' })).toEqual({
        checksum: sha256(content),
        mediaType: 'text/plain',
        language: 'en',
        rel: 'original',
        size: content.length,
        created: new Date(NOW_MS).toISOString(),
      });
    },
  },
  {
    title: 'get() gives a Buffer of the content, and toString() its text',
    run: async ({ representations, rest }) => {
      const { checksum } = await representations.store(Buffer.from('Texto original: ñ'), TEXT);
      await rest();
      const buffer = await representations.get(checksum);
      expect(Buffer.isBuffer(buffer)).toBe(true);
      expect(buffer.toString('utf-8')).toBe('Texto original: ñ');
    },
  },
  {
    title: 'text and raw bytes are kept as they are, with no wrapping',
    run: async ({ representations, store, rest }) => {
      for (const content of [Buffer.from('ünïcödé\r\n\0'), randomBytes(5000), Buffer.alloc(0)]) {
        const { checksum, size } = await representations.store(content, { mediaType: 'application/pdf' });
        await rest();
        expect(checksum).toBe(sha256(content));
        expect(size).toBe(content.length);
        expect((await representations.get(checksum)).equals(content)).toBe(true);
        expect(Buffer.from(await store.get(checksum)).equals(content)).toBe(true);
      }
    },
  },
  {
    title: 'exists() tells whether a representation is there',
    run: async ({ representations, rest }) => {
      const { checksum } = await representations.store('here', TEXT);
      await rest();
      expect(await representations.exists(checksum)).toBe(true);
      expect(await representations.exists(sha256(Buffer.from('not here')))).toBe(false);
    },
  },
  {
    title: 'delete() removes a representation by its checksum',
    run: async ({ representations, rest }) => {
      const { checksum } = await representations.store('soon gone', TEXT);
      await rest();
      expect(await representations.delete(checksum)).toBeUndefined();
      expect(await representations.exists(checksum)).toBe(false);
      await expect(representations.get(checksum)).rejects.toMatchObject({
        name: 'NotFoundError',
        code: 'REPRESENTATION_NOT_FOUND',
      });
    },
  },
  {
    title: 'the same content twice is one checksum, and bytes that are stored once',
    run: async (subject) => {
      const { representations, rest } = subject;
      const content = Buffer.from('Same content');
      const first = await representations.store(content, { mediaType: 'text/plain', rel: 'original' });
      await rest();
      const second = await representations.store(content, { mediaType: 'text/plain', rel: 'copy' });
      expect(first.checksum).toBe(second.checksum);
      expect([first.rel, second.rel]).toEqual(['original', 'copy']);
      expect(await heldContents(subject)).toEqual({ count: 1, bytes: content.length });
      const listed = await collect(representations.list());
      expect(new Set(listed.map(({ rel }) => rel))).toEqual(new Set(['copy', 'original']));
    },
  },
  {
    title: 'a hundred documents of one content take the room of one',
    run: async (subject) => {
      const { representations, rest } = subject;
      const content = randomBytes(10_000);
      const documents = Array.from({ length: 100 }, (_, at) => `http://localhost:4000/documents/doc-${at}`);
      await Promise.all(documents.map((resource) => representations.store(content, { ...TEXT, resource })));
      await rest();
      expect(await heldContents(subject)).toEqual({ count: 1, bytes: 10_000 });
      for (const resource of [documents[0]!, documents[99]!])
        expect(await representations.representationsOf(resource)).toMatchObject([{ resource, size: 10_000 }]);
    },
  },
  {
    title: 'a resource has several representations, each stored separately, with metadata of its own',
    run: async (subject) => {
      const { representations, rest } = subject;
      const resource = 'http://localhost:4000/documents/doc-123';
      const original = await representations.store('Original text', { ...TEXT, resource });
      const translated = { mediaType: 'text/plain', rel: 'translation', language: 'es', resource };
      const translation = await representations.store('Texto original', translated);
      const derived = { mediaType: 'text/markdown', rel: 'derived', resource };
      const markdown = await representations.store('# Original text', derived);
      await representations.store('of another', { ...TEXT, resource: `${resource}4` });
      await rest();
      const found = await representations.representationsOf(resource);
      const expected = [original, translation, markdown];
      expect(found).toEqual(expected.toSorted((one, other) => (one.checksum < other.checksum ? -1 : 1)));
      expect((await heldContents(subject)).count).toBe(4);
    },
  },
  {
    title: 'a resource descriptor points to the content by its checksum',
    run: async ({ representations, rest }) => {
      const resource = 'http://localhost:4000/documents/doc-123';
      const { checksum } = await representations.store('text', { ...TEXT, language: 'en', resource });
      await rest();
      const descriptor = await representations.toResourceDescriptor(resource, { name: 'My Document' });
      expect(JSON.parse(JSON.stringify(descriptor))).toEqual({
        '@context': 'https://schema.org/',
        '@id': resource,
        name: 'My Document',
        representations: [{ mediaType: 'text/plain', checksum, rel: 'original', language: 'en' }],
      });
      const content = await representations.get(descriptor.representations[0]!.checksum);
      expect(content.toString()).toBe('text');
    },
  },
  {
    title: 'a document is deleted by all checksums of its descriptor, one of them twice',
    run: async ({ representations, rest }) => {
      const resource = 'doc-1';
      await representations.store('one', { ...TEXT, resource });
      await representations.store('one', { mediaType: 'text/markdown', resource });
      await representations.store('two', { ...TEXT, resource });
      await rest();
      const { representations: named } = await representations.toResourceDescriptor(resource);
      expect(named).toHaveLength(3);
      for (const { checksum } of named) await representations.delete(checksum);
      expect(await representations.representationsOf(resource)).toEqual([]);
    },
  },
  {
    title: 'the content of a checksum never changes',
    run: async ({ representations, rest }) => {
      const content = Buffer.from('as it was');
      const { checksum } = await representations.store(content, TEXT);
      content.fill('x');
      await rest();
      const got = await representations.get(checksum);
      expect(got.toString()).toBe('as it was');
      got.fill('y');
      expect((await representations.get(checksum)).toString()).toBe('as it was');
    },
  },
  {
    title: 'what was stored can be verified by its checksum',
    run: async ({ representations, rest }) => {
      const { checksum } = await representations.store(randomBytes(100_000), TEXT);
      await rest();
      expect(sha256(await representations.get(checksum))).toBe(checksum);
    },
  },
  {
    title: 'an invalid checksum is an error of its own, of every method',
    run: async ({ representations }) => {
      const calls = [
        () => representations.get('invalid-checksum'),
        () => representations.exists(`sha256:${'A'.repeat(64)}`),
        () => representations.delete(''),
        () => representations.exists(undefined as unknown as string),
        () => collect(representations.read('sha256:12')),
      ];
      const expected = { name: 'InvalidInputError', code: 'CHECKSUM_INVALID' };
      for (const call of calls) await expect(call()).rejects.toMatchObject(expected);
    },
  },
  {
    title: 'large files are streamed in, and out again',
    run: async ({ representations, rest }) => {
      const piece = randomBytes(100_000);
      const count = 30;
      const pieces = function* (): Generator<Buffer> {
        for (let at = 0; at < count; at++) yield piece;
      };
      const stored = await representations.store(Readable.from(pieces()), { mediaType: 'video/mp4' });
      await rest();
      expect(stored.size).toBe(count * piece.length);
      const hash = createHash('sha256');
      for await (const got of representations.read(stored.checksum)) hash.update(got);
      expect(`sha256:${hash.digest('hex')}`).toBe(stored.checksum);
      const part = await collect(representations.read(stored.checksum, { start: 5, end: 9 }));
      expect(Buffer.concat(part).equals(piece.subarray(5, 9))).toBe(true);
    },
  },
];

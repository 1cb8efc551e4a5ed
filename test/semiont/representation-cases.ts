/** What representation stores promise beyond the published design. */
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect } from 'vitest';
import { fromEntries } from '../../src/source/entries.ts';
import type { Case } from '../conformance/case.ts';
import { collect } from './collect.ts';
import { heldContents, type Subject } from './representation-stores.ts';

const TEXT = { mediaType: 'text/plain' } as const;

async function pathsIn({ store }: Subject): Promise<string[]> {
  const entries = await collect((await store.view('representations')).entries());
  return entries.map(({ path }) => Buffer.from(path).toString());
}

export const representationCases: readonly Case<Subject>[] = [
  {
    title: 'a checksum is taken with sha256: and without',
    run: async ({ representations, rest }) => {
      const { checksum } = await representations.store('both', TEXT);
      await rest();
      const bare = checksum.slice('sha256:'.length);
      expect(await representations.exists(bare)).toBe(true);
      expect((await representations.get(bare)).toString()).toBe('both');
      await representations.delete(bare);
      expect(await representations.exists(checksum)).toBe(false);
    },
  },
  {
    title: 'the same content with the same metadata is one record, which keeps its time',
    run: async (subject) => {
      const { representations, another, rest } = subject;
      const first = await representations.store('x', { ...TEXT, language: 'en' });
      await rest();
      await using later = another();
      expect(await later.store('x', { ...TEXT, language: 'en', rel: undefined })).toEqual(first);
      expect(await collect(representations.list())).toEqual([first]);
    },
  },
  {
    title: 'a record lies where the format says, with all that is known as attributes',
    run: async (subject) => {
      const { representations, store } = subject;
      const { checksum } = await representations.store('hello', { ...TEXT, language: 'en', resource: 'r' });
      const hex = checksum.slice('sha256:'.length);
      const attributes = 'language=en\0mediaType=text/plain\0resource=r\0';
      const name = createHash('sha256').update(attributes).digest('hex').slice(0, 16);
      const path = `${hex.slice(0, 2)}/${hex.slice(2, 4)}/${hex}/${name}`;
      expect((await pathsIn(subject)).at(-1)).toBe(path);
      const { id, entry } = await store.resolve(`representations:${path}`);
      expect(id).toBe(checksum);
      expect(Object.fromEntries(entry!.attributes)).toEqual({
        created: '2026-01-31T00:00:00.000Z',
        language: 'en',
        mediaType: 'text/plain',
        resource: 'r',
      });
    },
  },
  {
    title: 'storing makes no history, and a store that is emptied again holds no folders',
    run: async (subject) => {
      const { representations, store, rest } = subject;
      const contents = ['a', 'b', 'c'];
      for (const content of contents) await representations.store(content, TEXT);
      await rest();
      expect(await collect(store.log('representations'))).toHaveLength(1);
      expect(await store.labels.get('representations')).toMatchObject({ keep: { kind: 'count', count: 0 } });
      for await (const { checksum } of representations.list()) await representations.delete(checksum);
      expect(await pathsIn(subject)).toEqual([]);
    },
  },
  {
    title: 'what is deleted can be collected, unless another label reaches it',
    run: async ({ representations, store, rest }) => {
      const kept = await representations.store('kept', TEXT);
      const gone = await representations.store('gone', TEXT);
      await store.commit('other', fromEntries([{ path: 'x', content: 'kept' }]));
      for (const { checksum } of [kept, gone]) await representations.delete(checksum);
      await rest();
      await representations.close();
      await store.gc({ graceMs: 0 });
      expect(await store.has(kept.checksum)).toBe(true);
      expect(await store.has(gone.checksum)).toBe(false);
      for await (const found of store.fsck()) throw new Error(found.message);
    },
  },
  {
    title: 'delete() of an absent checksum does nothing, and of one resource leaves those of others',
    run: async ({ representations, store, rest }) => {
      await representations.delete('0'.repeat(64));
      expect(await store.labels.get('representations')).toBeUndefined();
      const { checksum } = await representations.store('shared', { ...TEXT, resource: 'one' });
      const other = await representations.store('shared', { ...TEXT, resource: 'two' });
      await rest();
      await representations.delete(checksum, { resource: 'one' });
      await representations.delete(checksum, { resource: 'three' });
      expect(await collect(representations.list())).toEqual([other]);
      expect((await representations.get(checksum)).toString()).toBe('shared');
    },
  },
  {
    title: 'storeAll() stores all, in order, of any kind of content',
    run: async (subject) => {
      const { representations, rest } = subject;
      const contents = [
        'text',
        Buffer.from('bytes'),
        Readable.from([Buffer.from('str'), Buffer.from('eam')]),
        'text',
      ];
      const stored = await representations.storeAll(contents.map((content) => ({ content, ...TEXT })));
      await rest();
      expect(stored.map(({ size }) => size)).toEqual([4, 5, 6, 4]);
      expect(stored[3]).toEqual(stored[0]);
      const texts = await Promise.all(stored.map(({ checksum }) => representations.get(checksum)));
      expect(texts.map(String)).toEqual(['text', 'bytes', 'stream', 'text']);
      expect(await representations.storeAll([])).toEqual([]);
      expect((await heldContents(subject)).count).toBe(3);
    },
  },
  {
    title: 'storeAll() stores nothing where one of them cannot be',
    run: async ({ representations }) => {
      const items = async function* (): AsyncGenerator<{ content: string; mediaType: string }> {
        yield { content: 'fine', mediaType: 'text/plain' };
        yield { content: 'not', mediaType: '' };
      };
      await expect(representations.storeAll(items())).rejects.toMatchObject({ code: 'METADATA_INVALID' });
      expect(await collect(representations.list())).toEqual([]);
    },
  },
  {
    title: 'calls at once are all made, and one that fails harms no other',
    run: async ({ representations, store, rest }) => {
      const failing = Readable.from(
        (async function* () {
          yield Buffer.from('begins');
          throw new Error('breaks off');
        })(),
      );
      const calls = [
        ...Array.from({ length: 30 }, (_, at) => representations.store(`document ${at}`, TEXT)),
        representations.store(failing, TEXT),
        representations.store('no type', {} as { mediaType: string }),
        representations.fromResourceDescriptor({ '@id': 'r', representations: [] }),
      ];
      const outcomes = await Promise.allSettled(calls);
      await rest();
      const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expect(failures.map(String)).toEqual([
        'Error: breaks off',
        expect.stringContaining('mediaType of a representation cannot be missing'),
      ]);
      expect(await collect(representations.list())).toHaveLength(30);
      expect((await store.labels.log('representations')).length).toBeLessThan(6);
    },
  },
  {
    title: 'calls about one checksum are made in the order that they came in',
    run: async ({ representations }) => {
      const { checksum } = await representations.store('x', TEXT);
      const calls = [
        representations.delete(checksum),
        representations.store('x', { ...TEXT, rel: 'again' }),
        representations.store('y', TEXT),
        representations.delete(createHash('sha256').update('y').digest('hex')),
      ];
      await Promise.all(calls);
      const left = await collect(representations.list());
      expect(left).toMatchObject([{ checksum, rel: 'again' }]);
    },
  },
  {
    title: 'two at once, each with the store open, lose nothing',
    run: async ({ representations, another, store, rest }) => {
      await using other = another();
      const both = [representations, other];
      const stored = await Promise.all(
        Array.from({ length: 40 }, (_, at) =>
          both[at % 2]!.store(`document ${at % 30}`, { ...TEXT, rel: `${at}` }),
        ),
      );
      await rest();
      expect(await collect(other.list())).toHaveLength(40);
      for (const { checksum } of stored) expect(await representations.exists(checksum)).toBe(true);
      for await (const found of store.fsck()) throw new Error(found.message);
    },
  },
  {
    title: 'what another one stores and deletes is seen at once',
    run: async ({ representations, another }) => {
      await using other = another();
      const { checksum } = await other.store('theirs', TEXT);
      expect((await representations.get(checksum)).toString()).toBe('theirs');
      await other.delete(checksum);
      expect(await representations.exists(checksum)).toBe(false);
    },
  },
  {
    title: 'close() waits for what is under way, and it can be used again',
    run: async ({ representations }) => {
      const slow = Readable.from(
        (async function* () {
          for (const piece of ['be', 'fo', 're']) {
            await new Promise((resolve) => setTimeout(resolve, 5));
            yield Buffer.from(piece);
          }
        })(),
      );
      const storing = representations.store(slow, TEXT);
      await representations.close();
      const { checksum } = await storing;
      await representations.close();
      expect((await representations.get(checksum)).toString()).toBe('before');
    },
  },
  {
    title: 'content of the store that is no representation is none, until a descriptor says so',
    run: async ({ representations, store }) => {
      await store.commit('other', fromEntries([{ path: 'x', content: 'theirs' }]));
      const checksum = `sha256:${createHash('sha256').update('theirs').digest('hex')}`;
      expect(await representations.exists(checksum)).toBe(false);
      await expect(representations.get(checksum)).rejects.toMatchObject({ code: 'REPRESENTATION_NOT_FOUND' });
      const descriptor = {
        '@context': 'https://schema.org/',
        '@id': 'http://localhost/x',
        '@type': 'Thing',
        representations: [{ ...TEXT, checksum, rel: 'original', language: 'en' }],
      };
      const [found] = await representations.fromResourceDescriptor(descriptor);
      expect(found).toMatchObject({ checksum, size: 6, rel: 'original', resource: 'http://localhost/x' });
      expect((await representations.toResourceDescriptor('http://localhost/x')).representations).toEqual(
        descriptor.representations,
      );
    },
  },
  {
    title: 'a descriptor of content that is not stored is refused whole',
    run: async ({ representations }) => {
      const { checksum } = await representations.store('here', TEXT);
      const named = [checksum, '0'.repeat(64)].map((each) => ({ ...TEXT, checksum: each }));
      const refused = representations.fromResourceDescriptor({ '@id': 'r', representations: named });
      await expect(refused).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
      expect(await representations.representationsOf('r')).toEqual([]);
    },
  },
  {
    title: 'damaged bytes are never handed out',
    run: async ({ representations, store, files, rest }) => {
      const content = randomBytes(3000);
      const { checksum } = await representations.store(content, { mediaType: 'application/octet-stream' });
      await rest();
      await representations.close();
      const { form } = await store.stat(checksum);
      const hex = checksum.slice('sha256:'.length);
      const packs = `${store.path}/objects/pack`;
      const pack = ((await files.list(packs)) ?? []).map(({ name }) => Buffer.from(name).toString());
      const path =
        form === 'loose'
          ? `${store.path}/objects/${hex.slice(0, 2)}/${hex.slice(2)}`
          : `${packs}/${pack.find((name) => name.endsWith('.pack'))}`;
      const bytes = Buffer.from((await files.readFile(path, 2 ** 20))!);
      const at = bytes.indexOf(content.subarray(1000, 1016));
      bytes[at]! ^= 1;
      await files.remove(path);
      await using file = await files.open(path, 'create');
      await file.write(bytes, 0);
      await expect(representations.get(checksum).then(String)).rejects.toMatchObject({
        code: 'OBJECT_CORRUPT',
      });
      await expect(collect(representations.read(checksum))).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
    },
  },
];

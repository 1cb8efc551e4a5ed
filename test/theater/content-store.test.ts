/** What the proposal of Theater's content store says, a sentence a test, over stores of every kind. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { collectBytes } from '../../src/flow/byte-stream.ts';
import { ContentRef } from '../../src/theater/content-ref.ts';
import type { ContentStore } from '../../src/theater/content-store.ts';
import { type ContentSubject, contentBackends } from './content-stores.ts';

const ABSENT = ContentRef.fromContent('nobody stored this');
const hashes = (refs: readonly ContentRef[]): string[] => refs.map(({ hash }) => hash);

type Run = (contents: ContentStore, subject: ContentSubject) => Promise<void>;

const sentences: readonly (readonly [title: string, run: Run])[] = [
  [
    'persistently stores content: another opening of the store has it',
    async (contents, { settle, reopen }) => {
      const ref = await contents.store('hello');
      await settle();
      expect((await (await reopen()).get(ref)).toString()).toBe('hello');
    },
  ],
  [
    'addresses content by its SHA-1, as 40 lower-case hex digits',
    async (contents) => {
      const bytes = Buffer.from('Hello, world!');
      const ref = await contents.store(bytes);
      expect(ref.hash).toBe('943a702d06f34599aee1f8da8ef9f7296031d699');
      expect(ref.hash).toBe(createHash('sha1').update(bytes).digest('hex'));
      expect(ref.equals(ContentRef.fromContent(bytes))).toBe(true);
    },
  ],
  [
    'get() retrieves content by its reference, as a Buffer of just its bytes',
    async (contents, { settle }) => {
      const ref = await contents.store(Uint8Array.of(0, 255, 10, 13));
      await settle();
      const found = await contents.get(ref);
      expect(found).toBeInstanceOf(Buffer);
      expect([...found]).toEqual([0, 255, 10, 13]);
    },
  ],
  [
    'get() of what is not there is an error that says so',
    async (contents) => {
      await expect(contents.get(ABSENT)).rejects.toMatchObject({ code: 'CONTENT_NOT_FOUND' });
    },
  ],
  [
    'exists() tells whether content is there',
    async (contents, { settle }) => {
      const ref = await contents.store('hello');
      await settle();
      expect(await contents.exists(ref)).toBe(true);
      expect(await contents.exists(ABSENT)).toBe(false);
    },
  ],
  [
    'stores the same content only once: 100 documents, one content',
    async (contents, { settle }) => {
      const document = 'the same document\n'.repeat(50);
      for (let n = 0; n < 100; n++) await contents.storeAtLabel(`document:${n % 10}`, document);
      await settle();
      expect(hashes(await contents.listAllContent())).toEqual([ContentRef.fromContent(document).hash]);
      expect(await contents.calculateTotalSize()).toBe(document.length);
      expect(await contents.listLabels()).toHaveLength(10);
    },
  ],
  [
    'any type of content has one scheme of addresses',
    async (contents, { settle }) => {
      const kinds = ['', '{"json":true}', '\u0000\u0001', '日本語', 'x'.repeat(100_000)];
      const refs = await Promise.all(kinds.map((content) => contents.store(content)));
      await settle();
      for (const [at, ref] of refs.entries()) expect((await contents.get(ref)).toString()).toBe(kinds[at]);
    },
  ],
  [
    'label() attaches a label, and getByLabel() gives what it names',
    async (contents, { settle }) => {
      const ref = await contents.store('hello');
      await contents.label('greeting', ref);
      await settle();
      expect(hashes(await contents.getByLabel('greeting'))).toEqual([ref.hash]);
    },
  ],
  [
    'a label names a list of references, in the order in which they were attached',
    async (contents, { settle }) => {
      const contentsOf = ['c', 'a', 'b', 'z', 'y', 'x', 'w', 'v', 'u', 't', 's'];
      const refs: ContentRef[] = [];
      for (const content of contentsOf) refs.push(await contents.store(content));
      for (const ref of refs) await contents.label('list', ref);
      await settle();
      expect(hashes(await contents.getByLabel('list'))).toEqual(hashes(refs));
    },
  ],
  [
    'the same reference attached twice stands there once, where it stood',
    async (contents) => {
      const [a, b] = [await contents.store('a'), await contents.store('b')];
      for (const ref of [a, b, a]) await contents.label('list', ref);
      expect(hashes(await contents.getByLabel('list'))).toEqual([a.hash, b.hash]);
    },
  ],
  [
    'one content can have many labels',
    async (contents) => {
      const ref = await contents.store('a');
      for (const label of ['document:v2', 'document:latest']) await contents.label(label, ref);
      expect(await contents.listLabels()).toEqual(['document:latest', 'document:v2']);
      for (const label of await contents.listLabels())
        expect(hashes(await contents.getByLabel(label))).toEqual([ref.hash]);
    },
  ],
  [
    'an absent label names nothing',
    async (contents) => {
      expect(await contents.getByLabel('nobody')).toEqual([]);
      expect(await contents.getContentByLabel('nobody')).toBeUndefined();
      expect(await contents.labelExists('nobody')).toBe(false);
    },
  ],
  [
    'absent content gets no label',
    async (contents) => {
      for (const attach of [contents.label, contents.replaceAtLabel])
        await expect(attach.call(contents, 'x', ABSENT)).rejects.toMatchObject({ code: 'CONTENT_NOT_FOUND' });
      expect(await contents.listLabels()).toEqual([]);
    },
  ],
  [
    'removeLabel() removes a label and nothing that it named; an absent one is removed already',
    async (contents, { settle }) => {
      const ref = await contents.storeAtLabel('x', 'a');
      await contents.removeLabel('x');
      await contents.removeLabel('x');
      await settle();
      expect(await contents.listLabels()).toEqual([]);
      expect(await contents.exists(ref)).toBe(true);
    },
  ],
  [
    'removeFromLabel() removes one reference; the last takes the label with it; an absent one changes nothing',
    async (contents) => {
      const [a, b] = [await contents.storeAtLabel('x', 'a'), await contents.storeAtLabel('x', 'b')];
      await contents.removeFromLabel('x', ABSENT);
      await contents.removeFromLabel('nobody', a);
      await contents.removeFromLabel('x', a);
      expect(hashes(await contents.getByLabel('x'))).toEqual([b.hash]);
      await contents.removeFromLabel('x', b);
      expect(await contents.labelExists('x')).toBe(false);
    },
  ],
  [
    'what was removed and comes again stands last',
    async (contents) => {
      const [a, b] = [await contents.storeAtLabel('x', 'a'), await contents.storeAtLabel('x', 'b')];
      await contents.removeFromLabel('x', a);
      await contents.label('x', a);
      expect(hashes(await contents.getByLabel('x'))).toEqual([b.hash, a.hash]);
    },
  ],
  [
    'listLabels() lists all labels, nested ones by their whole names',
    async (contents, { settle }) => {
      const labels = ['actor-7:chain-head', 'nested/deep/label', 'UPPER', '../x', '/abs', 'ünïcode', 'a b'];
      for (const label of labels) await contents.storeAtLabel(label, label);
      await settle();
      expect((await contents.listLabels()).sort()).toEqual([...labels].sort());
      for (const label of labels) expect((await contents.getContentByLabel(label))?.toString()).toBe(label);
    },
  ],
  [
    'labels that differ in case only are two',
    async (contents) => {
      await contents.storeAtLabel('Readme', 'A');
      await contents.storeAtLabel('readme', 'a');
      expect((await contents.getContentByLabel('Readme'))?.toString()).toBe('A');
      expect((await contents.getContentByLabel('readme'))?.toString()).toBe('a');
    },
  ],
  [
    'a label that would be a folder of another is refused, and says why',
    async (contents) => {
      await contents.storeAtLabel('a/b', '1');
      await expect(contents.storeAtLabel('a', '2')).rejects.toMatchObject({ code: 'LABEL_CLASH' });
    },
  ],
  [
    'listAllContent() lists every content, labelled or not, each once',
    async (contents, { settle }) => {
      const refs = [
        await contents.storeAtLabel('x', 'a'),
        await contents.store('b'),
        await contents.store('c'),
      ];
      await contents.storeAtLabel('y', 'a');
      await settle();
      expect(hashes(await contents.listAllContent())).toEqual(hashes(refs).sort());
    },
  ],
  [
    'calculateTotalSize() is the sum of all content, before compression',
    async (contents, { settle }) => {
      expect(await contents.calculateTotalSize()).toBe(0);
      for (const content of ['', 'four', 'x'.repeat(5000), 'four']) await contents.store(content);
      await settle();
      expect(await contents.calculateTotalSize()).toBe(5004);
    },
  ],
  [
    'replaceAtLabel() leaves a label with one content',
    async (contents) => {
      for (const content of ['a', 'b']) await contents.storeAtLabel('x', content);
      const c = await contents.store('c');
      await contents.replaceAtLabel('x', c);
      await contents.replaceAtLabel('x', c);
      expect(hashes(await contents.getByLabel('x'))).toEqual([c.hash]);
    },
  ],
  [
    'replaceContentAtLabel() stores content and leaves a label with it alone',
    async (contents) => {
      await contents.replaceContentAtLabel('x', 'a');
      const b = await contents.replaceContentAtLabel('x', 'b');
      expect(hashes(await contents.getByLabel('x'))).toEqual([b.hash]);
      expect((await contents.getContentByLabel('x'))?.toString()).toBe('b');
    },
  ],
  [
    'getContentByLabel() gives what came to the label last',
    async (contents, { settle }) => {
      for (const content of ['a', 'b', 'c']) await contents.storeAtLabel('x', content);
      await settle();
      expect((await contents.getContentByLabel('x'))?.toString()).toBe('c');
      expect(await contents.labelExists('x')).toBe(true);
    },
  ],
  [
    'long content is streamed in and out',
    async (contents, { settle }) => {
      const piece = Buffer.alloc(300_000, 'stream ');
      const bytes = Buffer.concat(Array.from({ length: 8 }, () => piece));
      const ref = await contents.store(Readable.from(Array.from({ length: 8 }, () => piece)));
      expect(ref.equals(ContentRef.fromContent(bytes))).toBe(true);
      await settle();
      expect(bytes.equals(await collectBytes(contents.read(ref)))).toBe(true);
    },
  ],
  [
    'every change of a label is kept: its history tells them all, and gives the sets back',
    async (contents) => {
      const a = await contents.storeAtLabel('doc:v1', 'a');
      await contents.storeAtLabel('doc:v1', 'b');
      await contents.removeFromLabel('doc:v1', a);
      const sizes: number[] = [];
      for await (const { id } of contents.database.log('doc=3av1')) {
        let size = 0;
        for await (const _ of (await contents.database.view(id)).entries()) size++;
        sizes.push(size);
      }
      expect(sizes).toEqual([1, 2, 1]);
    },
  ],
  [
    'a reference to the store names its content and its labels',
    async (contents) => {
      const ref = await contents.storeAtLabel('doc:v1', 'a');
      expect(contents.referenceTo(ref)).toBe(`store://${contents.id}/hash/${ref.hash}`);
      expect(hashes(await contents.resolve(contents.referenceTo(ref)))).toEqual([ref.hash]);
      expect(hashes(await contents.resolve(contents.referenceTo('doc:v1')))).toEqual([ref.hash]);
      expect(hashes(await contents.resolve(`store:hash:${ref.hash}`))).toEqual([ref.hash]);
      expect(hashes(await contents.resolve('store:doc:v1'))).toEqual([ref.hash]);
      expect(await contents.resolve(contents.referenceTo(ABSENT))).toEqual([]);
      expect(await contents.resolve(contents.referenceTo('nobody'))).toEqual([]);
      await expect(contents.resolve(`store://another/hash/${ref.hash}`)).rejects.toMatchObject({
        code: 'REFERENCE_ELSEWHERE',
      });
    },
  ],
  [
    'changes at the same time lose none of each other',
    async (contents, { reopen }) => {
      const others = [contents, await reopen(), await reopen()];
      const texts = Array.from({ length: 30 }, (_, n) => `content ${n}`);
      await Promise.all(texts.map((text, n) => others[n % others.length]!.storeAtLabel('busy', text)));
      expect(hashes(await contents.getByLabel('busy')).sort()).toEqual(
        texts.map((text) => ContentRef.fromContent(text).hash).sort(),
      );
    },
  ],
];

describe.each(contentBackends)('ContentStore $name', ({ open }) => {
  test.each(sentences)('%s', async (_title, run) => {
    await using subject = await open();
    await run(subject.contents, subject);
  });
});

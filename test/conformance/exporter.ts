/** What every export of a view promises: what comes out of it is the set again, and nothing damaged comes out. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { compareBytes, compareText } from '../../src/bytes/compare.ts';
import { formatHex } from '../../src/bytes/hex.ts';
import { decodeText } from '../../src/bytes/text.ts';
import { CorruptError } from '../../src/errors/errors.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectStore } from '../../src/odb/object-store.ts';
import type { CommitSource } from '../../src/store/commit-source.ts';
import type { Repository } from '../../src/store/repository.ts';
import { writeTree } from '../../src/tree/builder.ts';
import { openView, type View } from '../../src/view/view.ts';
import { anyFolder, anyName, type Member } from '../arbitraries/trees.ts';
import { below, bytesOf, file, folder, program, raw, storeMembers, symlink } from '../view/stored-tree.ts';
import type { Case } from './case.ts';

/** What was exported, to look at and to commit again. */
export interface Exported {
  /** Of every entry but symlinks, by its path; asked for where paths are text. */
  readonly times: () => Promise<ReadonlyMap<string, number>>;
  readonly source: CommitSource;
}

export interface ExporterSubject extends AsyncDisposable {
  /** For sources, which want to know where their store is. */
  readonly repository: Repository;
  readonly names: 'bytes' | 'text';
  readonly attributes: 'kept' | 'left';
  /** The longest path of a set that can be exported and read back. */
  readonly maxPathBytes: number;
  export(view: View): Promise<Exported>;
}

const TIME = 1_700_000_000;
const RUNS = { numRuns: 25 };

interface Stored {
  readonly objects: ObjectStore;
  readonly view: View;
}

async function store(members: readonly Member[]): Promise<Stored> {
  const objects = memoryStore();
  const { id } = await storeMembers(objects, members);
  return { objects, view: openView(objects, { treeId: id, timeSeconds: TIME }) };
}

/** Exports the set and commits what came out. */
async function expectRoundTrip(subject: ExporterSubject, members: readonly Member[]): Promise<void> {
  const { objects, view } = await store(members);
  const { source } = await subject.export(view);
  const { root } = await source.write({ repository: subject.repository, objects });
  expect(root.id).toBe(view.treeId);
}

function isText({ name }: { readonly name: Uint8Array }): boolean {
  return decodeText(name) !== undefined;
}

type Holding = Pick<ExporterSubject, 'names' | 'attributes'>;

/** The set as far as the subject can hold it. */
function heldBy(subject: Holding, members: readonly Member[]): readonly Member[] {
  const { names, attributes } = subject;
  const held = names === 'bytes' ? members : members.filter(isText);
  return held.map((member) => {
    const kept = attributes === 'kept' ? member : { ...member, attributes: NO_ATTRIBUTES };
    if (kept.kind === 'folder') return { ...kept, members: heldBy(subject, kept.members) };
    if (kept.kind === 'symlink' && names === 'text' && decodeText(kept.target) === undefined)
      return { ...kept, target: bytesOf('not-text') };
    return kept;
  });
}

async function drain(exported: Promise<Exported>, { repository }: ExporterSubject): Promise<void> {
  const { source } = await exported;
  await source.write({ repository, objects: memoryStore() });
}

const roundTrips: readonly Case<ExporterSubject>[] = [
  {
    title: 'every set comes back as it was',
    run: async (subject) => {
      await fc.assert(
        fc.asyncProperty(anyFolder({ maxDepth: 4 }), async (members) => {
          await expectRoundTrip(subject, heldBy(subject, members));
        }),
        RUNS,
      );
    },
  },
  {
    title: 'every name comes back as it was',
    run: async (subject) => {
      const names = fc.uniqueArray(anyName(), { minLength: 8, maxLength: 24, selector: formatHex });
      const members = names.map((all) =>
        all.sort(compareBytes).map((name, at) => (at % 3 === 0 ? folder(name, [file(name)]) : file(name))),
      );
      await fc.assert(
        fc.asyncProperty(members, (all) => expectRoundTrip(subject, heldBy(subject, all))),
        RUNS,
      );
    },
  },
  { title: 'the empty set comes back', run: (subject) => expectRoundTrip(subject, []) },
  {
    title: 'empty files, empty folders, programs and dangling symlinks come back',
    run: (subject) =>
      expectRoundTrip(subject, [
        folder('d', [folder('e'), file('f'), symlink('up', '../../../etc')]),
        file('empty'),
        symlink('here', '.'),
        program('run'),
        symlink('s', '/nowhere/at/all'),
      ]),
  },
  {
    title: 'a symlink to a folder of the set comes back as a symlink',
    run: (subject) =>
      expectRoundTrip(subject, [symlink('a', 'b'), folder('b', [file('x', '1')]), symlink('c', 'b/x')]),
  },
  {
    title: 'names of 255 bytes and targets of up to 4,095 come back',
    run: (subject) =>
      expectRoundTrip(subject, [
        symlink('a', 't'.repeat(4095)),
        file('n'.repeat(255), 'x'),
        folder('o'.repeat(255), [file('p'.repeat(255))]),
        file('ß'.repeat(127), 'y'),
      ]),
  },
  {
    title: 'names around the lengths at which a tar changes how it spells them come back',
    run: (subject) => {
      const lengths = [98, 99, 100, 101, 154, 155, 156];
      const files = lengths.map((length) => file('f'.repeat(length), String(length)));
      const folders = lengths.map((length) => folder('g'.repeat(length), files));
      return expectRoundTrip(subject, [...files, ...folders]);
    },
  },
  {
    title: 'bytes that are not text come back, and two of them are not one',
    skipIf: ({ names }) => (names === 'bytes' ? undefined : 'holds text only'),
    run: (subject) =>
      expectRoundTrip(subject, [
        file(raw('bad-\xfe'), '1'),
        file(raw('bad-\xff'), '2'),
        symlink(raw('l-\xff'), raw('t-\xfe'.repeat(100))),
        folder(raw('\xed\xa0\x80'.repeat(80)), [file(raw('\xff'.repeat(255)), '3')]),
      ]),
  },
  {
    title: 'a path as long and as deep as it can be comes back',
    run: async (subject) => {
      const longest = Math.min(subject.maxPathBytes, 4095);
      const names = Array.from({ length: Math.floor((longest - 255) / 256) }, () => 'd'.repeat(255));
      await expectRoundTrip(subject, below(names, [file('f'.repeat(200), 'deep')]));
      const deep = Math.min(Math.floor(longest / 2) - 1, 999);
      await expectRoundTrip(
        subject,
        below(
          Array.from({ length: deep }, () => 'd'),
          [file('f', 'deep')],
        ),
      );
    },
  },
  {
    title: 'a file of some megabytes comes back',
    run: (subject) => expectRoundTrip(subject, [file('big', new Uint8Array(3_000_001).fill(7)), file('c')]),
  },
  {
    title: 'a set with attributes comes back without them, or with them',
    run: async (subject) => {
      const attributes = new Map([
        ['mediaType', 'text/plain'],
        ['rel', 'a=b\nc'],
      ]);
      const members = [
        folder('d', [file('x', '1', attributes)], attributes),
        file('f', '2', new Map([['k', 'v'.repeat(60_000)]])),
        symlink('s', 't', attributes),
      ];
      const { objects, view } = await store(members);
      const { source } = await subject.export(view);
      const { root } = await source.write({ repository: subject.repository, objects });
      expect(root.id).toBe((await storeMembers(objects, heldBy(subject, members))).id);
    },
  },
];

const faults: readonly Case<ExporterSubject>[] = [
  {
    title: 'every entry has the time of the view',
    run: async (subject) => {
      const { view } = await store([folder('d', [file('x')]), file('f'), program('g'), symlink('h', 'd')]);
      const times = await (await subject.export(view)).times();
      expect([...times].sort(([left], [right]) => compareText(left, right))).toEqual([
        ['d', TIME],
        ['d/x', TIME],
        ['f', TIME],
        ['g', TIME],
      ]);
    },
  },
  {
    title: 'an object of another size than its entry says is an error, shorter and longer',
    run: async (subject) => {
      for (const sizeBytes of [4, 6, 2_000_000]) {
        const objects = memoryStore();
        const id = await objects.put('content', bytesOf('hello'));
        const entry = { kind: 'file', name: bytesOf('f'), sizeBytes, id, attributes: NO_ATTRIBUTES } as const;
        const { id: treeId } = await writeTree(objects, [entry]);
        await expect(drain(subject.export(openView(objects, { treeId })), subject)).rejects.toMatchObject({
          name: 'CorruptError',
          code: 'ENTRY_SIZE_WRONG',
          message: expect.stringContaining("'f'"),
        });
      }
    },
  },
  {
    title: 'an object that is missing is an error that names its path',
    run: async (subject) => {
      const objects = memoryStore();
      const id = hashBytes(bytesOf('gone'));
      const entry = {
        kind: 'file',
        name: bytesOf('f'),
        sizeBytes: 4,
        id,
        attributes: NO_ATTRIBUTES,
      } as const;
      const inner = await writeTree(objects, [entry]);
      const outer = { ...entry, kind: 'folder', name: bytesOf('d'), ...inner } as const;
      const { id: treeId } = await writeTree(objects, [outer]);
      await expect(drain(subject.export(openView(objects, { treeId })), subject)).rejects.toMatchObject({
        name: 'NotFoundError',
        code: 'OBJECT_NOT_FOUND',
        message: expect.stringContaining("'d/f'"),
      });
    },
  },
  {
    title: 'a symlink whose target has a NUL is an error',
    run: async (subject) => {
      const { view } = await store([symlink('l', 'a\0b')]);
      await expect(drain(subject.export(view), subject)).rejects.toMatchObject({ code: 'LINK_INVALID' });
    },
  },
  {
    title: 'a long file that is damaged half-way is an error, and never short',
    run: async (subject) => {
      const content = new Uint8Array(3_000_000).fill(1);
      const { objects, view } = await store([file('f', content)]);
      const damaged: ObjectStore = {
        ...objects,
        open: async (id) => {
          const found = await objects.open(id);
          return found && { ...found, content: failHalfWay(content) };
        },
      };
      const { treeId } = view;
      await expect(drain(subject.export(openView(damaged, { treeId })), subject)).rejects.toMatchObject({
        name: 'CorruptError',
        code: 'OBJECT_CORRUPT',
      });
    },
  },
  {
    title: 'a name that is not text is refused, and not merged with another',
    skipIf: ({ names }) => (names === 'text' ? undefined : 'holds any bytes'),
    run: async (subject) => {
      for (const member of [
        file(raw('\xff')),
        symlink('l', raw('\xff')),
        folder('d', [folder(raw('a\xfe'))]),
      ]) {
        const { view } = await store([member]);
        await expect(subject.export(view)).rejects.toMatchObject({ code: 'NAME_NOT_TEXT' });
      }
    },
  },
];

async function* failHalfWay(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content.subarray(0, content.length / 2);
  throw new CorruptError('OBJECT_CORRUPT', 'damaged');
}

export const exporterCases: readonly Case<ExporterSubject>[] = [...roundTrips, ...faults];

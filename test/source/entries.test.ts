import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { streamOf } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import { encodeTree } from '../../src/object/tree.ts';
import { type EntryToCommit, fromEntries, fromTree } from '../../src/source/entries.ts';
import { readTree } from '../../src/tree/read-tree.ts';
import { walkTree } from '../../src/tree/walk.ts';
import { piecesOf } from '../arbitraries/bytes.ts';
import { anyFolder, type Member } from '../arbitraries/trees.ts';
import { linesOfMembers, linesOfTree, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;

beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());

async function linesOf(entries: Iterable<EntryToCommit> | AsyncIterable<EntryToCommit>): Promise<string[]> {
  const { root } = await workshop.take(fromEntries(entries));
  return linesOfTree(workshop.repository, root.id);
}

/** The members as entries, each in the way that `choose` says of several. */
function entriesOf(members: readonly Member[], choose: () => number, above?: Uint8Array): EntryToCommit[] {
  return members.flatMap((member): EntryToCommit[] => {
    const path = above === undefined ? member.name : concatBytes([above, encodeText('/'), member.name]);
    const { attributes } = member;
    switch (member.kind) {
      case 'folder':
        return [{ kind: 'folder', path, attributes }, ...entriesOf(member.members, choose, path)];
      case 'symlink':
        return [{ kind: 'symlink', path, content: member.target, attributes }];
      case 'file':
      case 'executable': {
        const pieces = piecesOf(member.content, [choose(), choose()]);
        const sources = [
          { content: member.content },
          { content: streamOf(...pieces) },
          { content: streamOf(...pieces), sizeBytes: member.content.length },
          { content: Readable.from(pieces) },
          { content: new Response(Buffer.from(member.content)).body ?? new Uint8Array() },
        ];
        return [{ kind: member.kind, path, attributes, ...sources[choose() % sources.length]! }];
      }
    }
  });
}

describe('fromEntries()', () => {
  test('stores any entries in any order, with their attributes', async () => {
    const property = fc.asyncProperty(anyFolder(), fc.infiniteStream(fc.nat()), async (members, stream) => {
      const choices = stream[Symbol.iterator]();
      const choose = (): number => choices.next().value as number;
      const entries = entriesOf(members, choose)
        .map((entry) => ({ entry, rank: choose() }))
        .sort((left, right) => left.rank - right.rank)
        .map(({ entry }) => entry);
      const { root, entries: count } = await workshop.take(fromEntries(entries));
      expect(await linesOfTree(workshop.repository, root.id)).toEqual(linesOfMembers(members));
      expect(count).toBe(entries.filter(({ kind }) => kind !== 'folder').length);
      const found: (readonly [string, unknown])[] = [];
      for await (const { path, entry } of walkTree(workshop.repository.objects, root.id)) {
        found.push([Buffer.from(path).toString('latin1'), entry.attributes]);
      }
      const given = entries.map(({ path, attributes }) => [Buffer.from(path).toString('latin1'), attributes]);
      expect(new Map(found)).toEqual(new Map(given as [string, unknown][]));
    });
    await fc.assert(property, { numRuns: 25 });
  });

  test('takes text as UTF-8 and not as escapes, and asks an async iterable when it is ready', async () => {
    async function* entries(): AsyncGenerator<EntryToCommit> {
      yield { path: './a//%41/é', content: 'text' };
      yield { path: 'empty/', kind: 'folder' };
      yield { path: 'run', kind: 'executable', content: '#!' };
    }
    expect(await linesOf(entries())).toEqual([
      'a folder 4 ',
      'a/%2541 folder 4 ',
      'a/%2541/é file 4 text',
      'empty folder 0 ',
      'run executable 2 #!',
    ]);
  });

  test('of nothing is the empty tree', async () => {
    expect(await linesOf([])).toEqual([]);
    expect(await linesOf([{ path: '', kind: 'folder' }])).toEqual([]);
  });

  test('stores a long stream of unknown length', async () => {
    const piece = new Uint8Array(2 ** 18).fill(7);
    const pieces = Array.from({ length: 9 }, () => piece);
    const { root } = await workshop.take(fromEntries([{ path: 'x', content: streamOf(...pieces) }]));
    const [entry] = await readTree(workshop.repository.objects, root.id);
    expect(entry).toMatchObject({ sizeBytes: 9 * 2 ** 18, id: hashBytes(concatBytes(pieces)) });
  });

  test.for<[string, EntryToCommit[], string]>([
    ['the root as a file', [{ path: '/', content: '' }], 'PATH_INVALID'],
    ['a path with ..', [{ path: 'a/../b', content: '' }], 'PATH_INVALID'],
    ['a path with .CAS', [{ path: 'a/.CAS/b', content: '' }], 'PATH_INVALID'],
    ['a path with a lone surrogate', [{ path: 'a\ud800', content: '' }], 'PATH_INVALID'],
    [
      'one path twice',
      [
        { path: 'a', content: '1' },
        { path: './a', content: '1' },
      ],
      'PATH_CLASH',
    ],
    [
      'a file below a file',
      [
        { path: 'a', content: '1' },
        { path: 'a/b', content: '1' },
      ],
      'PATH_CLASH',
    ],
    [
      'a folder where a file is',
      [
        { path: 'a', content: '1' },
        { path: 'a', kind: 'folder' },
      ],
      'PATH_CLASH',
    ],
    ['a symlink without target', [{ path: 'a', kind: 'symlink', content: '' }], 'SYMLINK_INVALID'],
    ['a symlink with a NUL', [{ path: 'a', kind: 'symlink', content: 'a\0b' }], 'SYMLINK_INVALID'],
    ['a long symlink', [{ path: 'a', kind: 'symlink', content: 'a'.repeat(4096) }], 'SYMLINK_INVALID'],
    ['an endless symlink', [{ path: 'a', kind: 'symlink', content: 'a'.repeat(9999) }], 'SYMLINK_INVALID'],
    ['a bad attribute', [{ path: 'a', content: '', attributes: new Map([['1', '']]) }], 'ATTRIBUTE_INVALID'],
    ['a wrong length', [{ path: 'a', content: streamOf(encodeText('abc')), sizeBytes: 2 }], 'SIZE_MISMATCH'],
  ])('refuses %s', async ([, entries, code]) => {
    await expect(linesOf(entries)).rejects.toMatchObject({ name: 'InvalidInputError', code });
  });

  test('stops asking for entries once it fails', async () => {
    let isClosed = false;
    function* entries(): Generator<EntryToCommit> {
      try {
        for (;;) yield { path: '..', content: '' };
      } finally {
        isClosed = true;
      }
    }
    await expect(linesOf(entries())).rejects.toMatchObject({ code: 'PATH_INVALID' });
    expect(isClosed).toBe(true);
  });
});

describe('fromTree()', () => {
  test('is the tree itself, with its size and count', async () => {
    const anyMembers = anyFolder({ attributes: fc.constant(NO_ATTRIBUTES) });
    const property = fc.asyncProperty(anyMembers, async (members) => {
      const first = await workshop.take(fromEntries(entriesOf(members, () => 0)));
      const second = await workshop.take(fromTree(first.root.id));
      expect(second).toMatchObject({ root: first.root, entries: first.entries, skipped: [] });
    });
    await fc.assert(property, { numRuns: 20 });
  });

  test('refuses an object that is no tree, and one that is not there', async () => {
    const { objects } = workshop.repository;
    const blob = await objects.put('content', encodeText('no tree'));
    await expect(workshop.take(fromTree(blob))).rejects.toMatchObject({ code: 'TREE_INVALID' });
    const absent = hashBytes(encodeText('absent'));
    await expect(workshop.take(fromTree(absent))).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  });

  test('refuses a tree whose members are not all there', async () => {
    const { objects } = workshop.repository;
    const { bytes, id } = treeOfAbsent();
    expect(await objects.put('content', bytes)).toBe(id);
    await expect(workshop.take(fromTree(id))).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  });
});

function treeOfAbsent(): { bytes: Uint8Array; id: ReturnType<typeof hashBytes> } {
  const name = 'gone';
  const bytes = encodeTree([
    {
      name: encodeText(name),
      kind: 'file',
      sizeBytes: 3,
      id: hashBytes(encodeText('???')),
      attributes: NO_ATTRIBUTES,
    },
  ]);
  return { bytes, id: hashBytes(bytes) };
}

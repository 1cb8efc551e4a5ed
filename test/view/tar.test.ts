/** The recipe `tar/1`: the same bytes everywhere, for ever. */
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { formatName } from '../../src/bytes/text.ts';
import { collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import type { ProgressEvent } from '../../src/flow/progress.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { MAX_TIME_SECONDS, MIN_TIME_SECONDS } from '../../src/object/timestamp.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectReader } from '../../src/odb/object-store.ts';
import { readArchive } from '../../src/tar/archive.ts';
import { writeTree } from '../../src/tree/builder.ts';
import { exportTar, type TarOptions } from '../../src/view/tar.ts';
import { openView } from '../../src/view/view.ts';
import type { Member } from '../arbitraries/trees.ts';
import { below, bytesOf, file, folder, program, raw, storeMembers, symlink } from './stored-tree.ts';

const TIME = 1_600_000_000;
const ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['language', 'de'],
  ['mediaType', 'text/plain; name="ü"\n'],
]);

const plain: readonly Member[] = [
  file('a.txt', 'hello\n'),
  folder('empty'),
  folder('lib', [file('block', 'b'.repeat(512)), file('zero')]),
  program('run.sh'),
  symlink('to', 'lib/block'),
];
const awkward: readonly Member[] = [
  file('C:x', 'drive'),
  file('\\share', 'root'),
  folder('d'.repeat(90), [file('e'.repeat(120), 'prefix')]),
  file('e\u0301', 'decomposed'),
  folder('g'.repeat(100)),
  file('new\nline', 'text'),
  symlink('t1', raw('\xfe')),
  symlink('t2', raw('\xfe'.repeat(101))),
  symlink('t3', 'ü'.repeat(60)),
  file('ö🜁', 'pax'),
  file(raw('\xfe'.repeat(101)), 'L'),
  file(raw('\xff'), 'raw'),
];
const attributed: readonly Member[] = [
  folder('d', [file('x', '', ATTRIBUTES)], ATTRIBUTES),
  symlink('s', raw('\xff'.repeat(200)), ATTRIBUTES),
  file(raw('\xff'.repeat(200)), 'L', ATTRIBUTES),
];

async function tarOf(
  members: readonly Member[],
  timeSeconds = TIME,
  options: TarOptions = {},
): Promise<Uint8Array> {
  const objects = memoryStore();
  const { id } = await storeMembers(objects, members);
  return collectBytes(openView(objects, { treeId: id, timeSeconds }).tar(options));
}

async function membersOf(archive: Uint8Array): Promise<string[]> {
  const lines: string[] = [];
  for await (const { kind, path, modifiedSeconds } of readArchive(streamOf(archive)))
    lines.push(`${kind} ${formatName(path)} ${modifiedSeconds}`);
  return lines;
}

/** Objects of which one is a file of `sizeBytes`, made of one piece again and again. */
function withLongFile(objects: ObjectReader, id: string, sizeBytes: number): ObjectReader {
  const piece = new Uint8Array(256 * 1024);
  return {
    ...objects,
    open: async (asked) => {
      const found = await objects.open(asked);
      if (asked !== id || found === undefined) return found;
      return { ...found, sizeBytes, content: repeated(piece, sizeBytes / piece.length) };
    },
  };
}

async function* repeated(piece: Uint8Array, count: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < count; done++) yield piece;
}

async function longFile(sizeBytes: number): Promise<AsyncIterable<Uint8Array>> {
  const objects = memoryStore();
  const id = await objects.put('content', bytesOf('stands for it'));
  const entry = { kind: 'file', name: bytesOf('long'), sizeBytes, id, attributes: new Map() } as const;
  const { id: treeId } = await writeTree(objects, [entry]);
  return exportTar({ objects: withLongFile(objects, id, sizeBytes), treeId, timeSeconds: 0 });
}

describe('the recipe tar/1', () => {
  const zone = process.env['TZ'];
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  const golden: readonly (readonly [string, readonly Member[], number, string])[] = [
    ['a plain set', plain, TIME, 'c1566935631fc74951aa1a0e5614fbf9d24db4457ed769f19e62ace1eea28c53'],
    ['the same at time 0', plain, 0, '2606131a194dac419715107518b52dc976cf58811e38c2090e53596cba8a7f97'],
    ['the same before 1970', plain, -5, '30d389e7c8554848c4042492b07183ee5dbe09a900e6e4cb1646b7670468ced7'],
    [
      'the same after 2038',
      plain,
      2 ** 31,
      'd6750c73db768008f36a37cb9aac41f99ea74e48de0834f925d4904010e866b4',
    ],
    [
      'the same after 2242',
      plain,
      8 ** 11,
      '03cb5cbdfca159a41bfe67863ad0673b75921cbe9f37e32501d48bb037261211',
    ],
    [
      'names and targets of all sorts',
      awkward,
      TIME,
      '28df7613827a52621f0180aff28a34583ee5d33c87747f929de114c18b86b84c',
    ],
    ['attributes', attributed, TIME, 'a3289e6f2dd2f0e3c4427b8840568166788a409583b2144dc223faf0832d199b'],
    ['nothing', [], TIME, '5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef'],
  ];

  test.for(golden)('keeps its bytes for %s', async ([, members, time, digest]) => {
    for (const name of ['UTC', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Kiritimati']) {
      process.env['TZ'] = name;
      expect(new Date(TIME * 1000).getTimezoneOffset() === 0).toBe(name === 'UTC');
      expect(hashBytes(await tarOf(members, time))).toBe(`sha256:${digest}`);
    }
  });

  test('lists folders before what is in them, names ascending as bytes', async () => {
    const members = [folder('a', [file('z')]), file('a.b'), file('b'), file(raw('\xff'))];
    const names = (await membersOf(await tarOf(members))).map((line) => line.split(' ')[1]);
    expect(names).toEqual(['a', 'a/z', 'a.b', 'b', '%FF']);
  });

  test('ends after two blocks of zeros', async () => {
    expect(await tarOf([])).toEqual(new Uint8Array(1024));
    expect(await tarOf([file('a', 'x')])).toHaveLength(512 + 512 + 1024);
  });

  test('says every time that a snapshot can have', async () => {
    const edges = [-1, 0, 2 ** 31 - 1, 2 ** 31, 8 ** 11 - 1, 8 ** 11, MIN_TIME_SECONDS, MAX_TIME_SECONDS];
    const anyTime = fc.oneof(
      fc.constantFrom(...edges),
      fc.integer({ min: MIN_TIME_SECONDS, max: MAX_TIME_SECONDS }),
    );
    await fc.assert(
      fc.asyncProperty(anyTime, async (time) => {
        const found = await membersOf(await tarOf([file('f', '', ATTRIBUTES), file('g'.repeat(200))], time));
        expect(found).toEqual([`file f ${time}`, `file ${'g'.repeat(200)} ${time}`]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('exportTar()', () => {
  test('puts everything below a prefix, which becomes folders', async () => {
    const archive = await tarOf([folder('d', [file('f')])], TIME, { prefix: './app-1.0//x/' });
    expect(await membersOf(archive)).toEqual(
      ['folder app-1.0', 'folder app-1.0/x', 'folder app-1.0/x/d', 'file app-1.0/x/d/f'].map(
        (line) => `${line} ${TIME}`,
      ),
    );
    expect(await membersOf(await tarOf([file('f')], 0, { prefix: raw('\xff') }))).toEqual([
      'folder %FF 0',
      'file %FF/f 0',
    ]);
  });

  test.for(['../x', 'a/../b', '.cas/x', 'n'.repeat(256)])('refuses the prefix %s', async (prefix) => {
    await expect(tarOf(plain, 0, { prefix })).rejects.toMatchObject({ code: 'PATH_INVALID' });
  });

  test('refuses a prefix that makes a path too long or too deep', async () => {
    const long = below(
      Array.from({ length: 15 }, () => 'd'.repeat(255)),
      [file('f'.repeat(200))],
    );
    await expect(tarOf(long, 0, { prefix: 'p'.repeat(100) })).rejects.toMatchObject({ code: 'PATH_INVALID' });
    const deep = below(
      Array.from({ length: 999 }, () => 'd'),
      [file('f')],
    );
    await expect(tarOf(deep, 0, { prefix: 'p' })).rejects.toMatchObject({ code: 'PATH_INVALID' });
    await expect(tarOf(deep)).resolves.toBeDefined();
  });

  test('reads nothing before it is asked, and no further than it is asked', async () => {
    const objects = memoryStore();
    const files = Array.from({ length: 40 }, (_, at) =>
      file(`f${at + 10}`, new Uint8Array(100_000).fill(at)),
    );
    const { id: treeId } = await storeMembers(objects, files);
    let reads = 0;
    const counting: ObjectReader = {
      ...objects,
      read: (id, options) => {
        reads++;
        return objects.read(id, options);
      },
    };
    const pieces = openView(counting, { treeId }).tar()[Symbol.asyncIterator]();
    expect(reads).toBe(0);
    await pieces.next();
    expect(reads).toBeLessThan(6); // the tree, and files of 256 KiB
    await pieces.return?.();
  });

  test('packs a file of 2 GiB in constant memory', async () => {
    let length = 0;
    let peak = 0;
    const before = process.memoryUsage();
    for await (const piece of await longFile(2 ** 31)) {
      length += piece.length;
      if (length % 2 ** 26 < piece.length) {
        const { heapUsed, arrayBuffers } = process.memoryUsage();
        peak = Math.max(peak, heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers);
      }
    }
    expect(length).toBe(2 ** 31 + 1536);
    expect(peak).toBeLessThan(64 * 2 ** 20);
  });

  test('says a size of 8 GiB and more', async () => {
    const sizes: number[] = [];
    for await (const member of readArchive(await longFile(9 * 2 ** 30))) {
      if (member.kind === 'file') sizes.push(member.sizeBytes);
      break;
    }
    expect(sizes).toEqual([9 * 2 ** 30]);
  });

  test('stops when it is told to, and says how far it is', async () => {
    const controller = new AbortController();
    const events: ProgressEvent[] = [];
    await tarOf(plain, 0, { onProgress: (event) => events.push(event) });
    expect(events.at(-1)).toEqual({ phase: 'writing', done: 7, total: 7, unit: 'entries' });
    controller.abort();
    await expect(tarOf(plain, 0, { signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

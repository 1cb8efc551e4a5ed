/**
 * Packs with damage in chosen places, as git's own tests have it (t5303, t5302, t5308, t5309, t5313): which objects
 * still read, and that any other copy of what is damaged makes up for it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { writeU32, writeU64 } from '../../src/bytes/big-endian.ts';
import { concatBytes } from '../../src/bytes/concat.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { collectBytes } from '../../src/flow/byte-stream.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { writeChecksum } from '../../src/pack/checksum.ts';
import { decodeEntryHeader, ENTRY } from '../../src/pack/entry-header.ts';
import { layOutIdx } from '../../src/pack/idx-layout.ts';
import { type FilesStore, openFilesStore } from '../../src/store/files-store.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { noise } from '../arbitraries/contents.ts';
import { cpuMs } from '../cpu-time.ts';
import {
  type MadePack,
  makePack,
  type PackItem,
  plantPack,
  programOf,
  rawEntry,
  wholes,
} from '../packs/pack-maker.ts';

const options = { files: nodeFiles(), codec: nativeCodec, level: 1 } as const;

const A = noise(2000, 1);
const B = concatBytes([A.subarray(0, 1500), noise(500, 2), A.subarray(1500)]);
const C = concatBytes([B.subarray(0, 2300), noise(300, 3)]);
const OTHER = noise(2000, 4);
const NAMES = ['A', 'B', 'C'] as const;
const CONTENTS = [A, B, C];
const IDS = CONTENTS.map(hashBytes);

/** A whole, B a delta on it, C a delta on B; and an object of A's size that is none of theirs. */
function familyPack(by: 'offset' | 'id' = 'offset'): MadePack {
  return makePack([
    { kind: 'whole', content: A },
    { kind: 'delta', base: 0, by, content: B },
    { kind: 'delta', base: 1, by, content: C },
    { kind: 'whole', content: OTHER },
  ]);
}

async function objectsFolder(...packs: readonly MadePack[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'caskit-ladder-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await nodeFiles().makeFolder(`${folder}/pack`);
  for (const made of packs) await plantPack(nodeFiles(), `${folder}/pack`, { made });
  return folder;
}

const open = (folder: string): FilesStore => openFilesStore(folder, options);

/** Which of A, B and C read, by their names; all others must be damaged, and none absent or wrong. */
async function readable(store: FilesStore): Promise<string> {
  let names = '';
  for (const [at, id] of IDS.entries()) {
    try {
      const bytes = await store.read(id);
      expect(bytes && hashBytes(bytes)).toBe(id);
      const opened = await store.open(id);
      expect(opened && hashBytes(await collectBytes(opened.content))).toBe(id);
      names += NAMES[at];
    } catch (error) {
      expect(error).toMatchObject({ name: 'CorruptError', code: 'OBJECT_CORRUPT' });
      expect((error as Error).message).toMatch(/pack-[0-9a-f]{64}\.pack/);
    }
  }
  return names;
}

async function addLoose(folder: string, content: Uint8Array): Promise<void> {
  await using store = open(folder);
  await store.loose.put('content', content);
}

interface Damage {
  readonly by?: 'offset' | 'id';
  readonly change: (made: MadePack) => void;
  /** What still reads. */
  readonly reads: string;
  /** The object whose own entry is damaged. */
  readonly of: number;
}

/** The first byte of an entry's zlib stream. */
function bodyAt({ pack, offsets }: MadePack, item: number): number {
  return offsets[item]! + decodeEntryHeader(pack, offsets[item]!).headerBytes;
}

/** Where the distance or the id of a delta's base stands: after a size of two bytes. */
const baseAt = ({ offsets }: MadePack, item: number): number => offsets[item]! + 2;

const DAMAGES: Readonly<Record<string, Damage>> = {
  'K1: the header of A zeroed': {
    reads: '',
    of: 0,
    change: (made) => void (made.pack[made.offsets[0]!] = 0),
  },
  'K2: bytes changed in the stream of A': {
    reads: '',
    of: 0,
    change: (made) => made.pack.fill(0x55, bodyAt(made, 0) + 900, bodyAt(made, 0) + 910),
  },
  'K3: the header of B zeroed': {
    reads: 'A',
    of: 1,
    change: (made) => void (made.pack[made.offsets[1]!] = 0),
  },
  'K4: bytes changed in the program of B': {
    reads: 'A',
    of: 1,
    change: (made) => made.pack.fill(0x55, bodyAt(made, 1) + 200, bodyAt(made, 1) + 210),
  },
  'K5: the id of the base of B zeroed': {
    by: 'id',
    reads: 'A',
    of: 1,
    change: (made) => made.pack.fill(0, baseAt(made, 1), baseAt(made, 1) + 1),
  },
  'K6: B its own base': {
    reads: 'A',
    of: 1,
    change: (made) => made.pack.fill(0, baseAt(made, 1), bodyAt(made, 1)),
  },
  'K7: the base of B in the middle of A': {
    reads: 'A',
    of: 1,
    change: (made) => made.pack.set([0x80, 1], baseAt(made, 1)),
  },
  'K8: another object the base of C': {
    reads: 'AB',
    of: 2,
    change: (made) => {
      const distance = made.offsets[2]! - made.offsets[0]!;
      made.pack.set([0x80 | ((distance >> 7) - 1), distance & 0x7f], baseAt(made, 2));
    },
  },
  'K9: a size smaller than what the stream of A holds': {
    reads: '',
    of: 0,
    change: (made) => void (made.pack[made.offsets[0]!]! ^= 8),
  },
  'a size of A that no stream of its length can hold': {
    reads: '',
    of: 0,
    change: (made) => made.pack.set([0xb0, 0xff, 0xff, 0xff, 0xff, 0x7f], made.offsets[0]),
  },
  'a size of the program of B that no stream of its length can hold': {
    reads: 'A',
    of: 1,
    change: (made) => made.pack.set([0xe0, 0xff, 0xff, 0xff, 0x7f, 0x85, 0x00], made.offsets[1]),
  },
  'A called a list of chunks': {
    reads: 'BC',
    of: 0,
    change: (made) => void (made.pack[made.offsets[0]!]! ^= (ENTRY.blob ^ ENTRY.chunkList) << 4),
  },
  'the stream of A cut off by zeros': {
    reads: '',
    of: 0,
    change: (made) => made.pack.fill(0, bodyAt(made, 0) + 1000, made.offsets[1]),
  },
};

function damaged({ by, change }: Damage): MadePack {
  const made = familyPack(by);
  change(made);
  return made;
}

describe.each(Object.entries(DAMAGES))('%s', (_, damage) => {
  test('costs what stands on it, and nothing else', async () => {
    const folder = await objectsFolder(damaged(damage));
    expect(await readable(open(folder))).toBe(damage.reads);
    expect(hashBytes((await open(folder).read(hashBytes(OTHER)))!)).toBe(hashBytes(OTHER));
  });

  test('is made up for by a loose copy of the one object', async () => {
    const folder = await objectsFolder(damaged(damage));
    await addLoose(folder, CONTENTS[damage.of]!);
    expect(await readable(open(folder))).toBe('ABC');
  });

  test('is made up for by another pack', async () => {
    const folder = await objectsFolder(damaged(damage), makePack(wholes(C, B, A)));
    expect(await readable(open(folder))).toBe('ABC');
  });

  test('is made up for by a copy of the base of what is asked for', async () => {
    const folder = await objectsFolder(damaged(damage));
    await addLoose(folder, B);
    const reads = damage.of < 2 ? `${damage.reads.includes('A') ? 'A' : ''}BC` : 'AB';
    expect(await readable(open(folder))).toBe(reads);
  });

  test('is healed by putting the bytes again', async () => {
    const folder = await objectsFolder(damaged(damage));
    for (const content of CONTENTS) {
      await using store = open(folder);
      await store.put('content', content);
    }
    expect(await readable(open(folder))).toBe('ABC');
  });
});

describe('two packs, each of them damaged', () => {
  test('make up for each other', async () => {
    const one = familyPack();
    one.pack[one.offsets[0]!] = 0;
    const two = makePack([
      { kind: 'whole', content: C },
      { kind: 'delta', base: 0, content: A },
      { kind: 'delta', base: 1, content: B },
    ]);
    two.pack[two.offsets[2]!] = 0;
    expect(await readable(open(await objectsFolder(one, two)))).toBe('ABC');
  });

  test('whose bases lie in each other in a circle end in an error, in time', async () => {
    const count = 60;
    const contents = Array.from({ length: count }, (_, number) => noise(200, number + 1));
    const packOf = (order: readonly Uint8Array[]): MadePack => {
      const items = order.map(
        (content, at): PackItem =>
          at === 0 ? { kind: 'whole', content } : { kind: 'delta', base: at - 1, content },
      );
      const made = makePack(items);
      made.pack[made.offsets[0]!] = 0;
      return made;
    };
    const folder = await objectsFolder(packOf(contents), packOf(contents.toReversed()));
    const started = cpuMs();
    await expect(open(folder).read(hashBytes(contents[count / 2]!))).rejects.toMatchObject({
      code: 'OBJECT_CORRUPT',
    });
    expect(cpuMs() - started).toBeLessThan(2000);
  });
});

test('a program of 1.2 kB that copies its base to 16 GB is refused before it is run', async () => {
  const copies = Array.from({ length: 160 }, () => Uint8Array.of(0xb0, 0, 0)); // 65,536 bytes from 0 each
  for (const claimed of [
    [0xff, 0xff, 0xff, 0xff, 0x7f],
    [0x80, 0x80, 0x80, 0x80, 0x80, 0x20],
    [0x80, 0x80, 0x80, 0x20],
  ]) {
    const base = noise(70_000);
    const program = concatBytes([programOf(base, base).subarray(0, 3), Uint8Array.from(claimed), ...copies]);
    const content = noise(10, claimed.length);
    const made = makePack([
      { kind: 'whole', content: base },
      { kind: 'delta', base: 0, content, program },
    ]);
    const store = open(await objectsFolder(made));
    const before = process.memoryUsage().rss;
    const read = store.read(hashBytes(content));
    await expect(read).rejects.toSatisfy((error: { code: string }) =>
      ['OBJECT_CORRUPT', 'TOO_LARGE'].includes(error.code),
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20);
  }
});

test('an entry that claims 2^50 bytes takes no memory', async () => {
  const entry = rawEntry({ type: ENTRY.blob, sizeBytes: 2 ** 50 }, noise(100));
  const content = noise(99);
  const store = open(await objectsFolder(makePack([{ kind: 'raw', entry, content }])));
  await expect(store.read(hashBytes(content))).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
  await expect(store.open(hashBytes(content))).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
});

describe('an idx that lies', () => {
  /** Changes the idx of a pack of 20 objects; its checksum is right again afterwards. */
  const lying = (change: (idx: Uint8Array, layout: ReturnType<typeof layOutIdx>) => void): MadePack => {
    const made = makePack([
      ...wholes(...CONTENTS),
      ...Array.from(
        { length: 17 },
        (_, number): PackItem => ({ kind: 'whole', content: noise(50, number + 9) }),
      ),
    ]);
    change(made.idx, layOutIdx(20, 0));
    writeChecksum(made.idx);
    return made;
  };
  const LIES: Readonly<Record<string, (idx: Uint8Array, layout: ReturnType<typeof layOutIdx>) => void>> = {
    'counts more objects than it has': (idx) => writeU32(idx, 8 + 4 * 255, 0xff000000),
    'has an offset past the end': (idx, { offsets }) => writeU32(idx, offsets, 0x7fffffff),
    'has an offset before the first entry': (idx, { offsets }) => writeU32(idx, offsets + 8, 0),
    'names a long offset that it has not': (idx, { offsets }) => writeU32(idx, offsets, 0x80000001),
    'has its ids out of order': (idx, { ids }) => idx.copyWithin(ids, ids + 64, ids + 96),
    'is no idx': (idx) => writeU64(idx, 0, 0),
  };

  test.each(Object.entries(LIES))('and %s is damage, and any other copy will do', async (_, change) => {
    const made = lying(change);
    const folder = await objectsFolder(made);
    for (const id of IDS) {
      const read = await open(folder)
        .read(id)
        .then(
          (bytes) => hashBytes(bytes!),
          (error: unknown) => error,
        );
      if (read !== id) expect(read).toMatchObject({ name: 'CorruptError' });
    }
    await plantPack(nodeFiles(), `${folder}/pack`, { made: familyPack() });
    expect(await readable(open(folder))).toBe('ABC');
    await expect(open(folder).has(hashBytes(noise(12_345)))).rejects.toMatchObject({ code: 'IDX_INVALID' });
  });

  test('about which object lies where is seen by the hash', async () => {
    const made = lying((idx, { offsets }) => {
      const first = idx.slice(offsets, offsets + 4);
      idx.copyWithin(offsets, offsets + 4, offsets + 8);
      idx.set(first, offsets + 4);
    });
    const store = open(await objectsFolder(made));
    let wrong = 0;
    for (const id of made.ids) {
      const read: unknown = await store.read(id).then(
        (bytes) => hashBytes(bytes!),
        (error: unknown) => error,
      );
      if (read === id) continue;
      wrong++;
      expect(read).toMatchObject({ code: 'OBJECT_CORRUPT' });
    }
    expect(wrong).toBe(2);
  });

  test('of a pack of another store is seen by the hash', async () => {
    const [one, two] = [makePack(wholes(A)), makePack(wholes(OTHER))];
    const folder = await objectsFolder(one);
    writeFileSync(`${folder}/pack/${one.name}.pack`, two.pack);
    await expect(open(folder).read(IDS[0]!)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
  });
});

test('a pack that is cut off anywhere gives right bytes or an error', async () => {
  const made = familyPack();
  const folder = await objectsFolder(made);
  for (let length = 0; length < made.pack.length; length += 97) {
    writeFileSync(`${folder}/pack/${made.name}.pack`, made.pack.subarray(0, length));
    const store = open(folder);
    for (const id of IDS) {
      const read: unknown = await store.read(id as ObjectId).then(
        (bytes) => bytes && hashBytes(bytes),
        (error: unknown) => error,
      );
      if (read !== id) expect(read).toMatchObject({ name: 'CorruptError' });
    }
    await store[Symbol.asyncDispose]();
  }
});

test('a pack with any bit flipped gives right bytes or an error', async () => {
  const made = familyPack();
  const folder = await objectsFolder(made);
  for (let at = 0; at < made.pack.length; at += 31) {
    const pack = made.pack.slice();
    pack[at]! ^= 1 << (at % 8);
    writeFileSync(`${folder}/pack/${made.name}.pack`, pack);
    const store = open(folder);
    await readable(store);
    await store[Symbol.asyncDispose]();
  }
});

/** Packs and idx, as the real git sees them; and git's own, as they are seen here. */
import { hash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { applyDelta, MAX_DELTA_OBJECT_BYTES } from '../../src/pack/delta.ts';
import { ENTRY, isDelta } from '../../src/pack/entry-header.ts';
import { encodeIdx, Idx } from '../../src/pack/idx.ts';
import { packNameOf } from '../../src/pack/pack-list.ts';
import { type PackRow, PackRows } from '../../src/pack/pack-rows.ts';
import { type ScannedEntry, scanPack } from '../../src/pack/scan-pack.ts';
import { git, withoutGit } from '../interop/git.ts';
import { makePack, type PackItem } from '../packs/pack-maker.ts';

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [ENTRY.commit]: 'commit',
  [ENTRY.tree]: 'tree',
  [ENTRY.blob]: 'blob',
  [ENTRY.chunkList]: 'tag',
};

async function scan(pack: Uint8Array): Promise<ScannedEntry[]> {
  const entries: ScannedEntry[] = [];
  const read = async (at: number, length: number): Promise<Uint8Array> => pack.subarray(at, at + length);
  for await (const entry of scanPack(read, pack.length)) entries.push(entry);
  return entries;
}

/** The rows of git's own idx: an id of git is the hash of the object with a header. */
function gitRows(entries: readonly ScannedEntry[]): PackRow[] {
  const objects = new Map<number | string, { readonly type: string; readonly bytes: Uint8Array }>();
  return entries.map(({ offset, header, content, crc }) => {
    const base = objects.get(header.baseId ? hexOf(header.baseId) : offset - header.baseDistance);
    const object =
      base === undefined
        ? { type: TYPE_NAMES[header.type]!, bytes: content! }
        : { type: base.type, bytes: applyDelta(base.bytes, content!, MAX_DELTA_OBJECT_BYTES) };
    const { length: sizeBytes } = object.bytes;
    const id = hash(
      'sha256',
      concatBytes([encodeText(`${object.type} ${sizeBytes}\0`), object.bytes]),
      'buffer',
    );
    objects.set(offset, object).set(hexOf(id), object);
    return { id, offset, crc, sizeBytes, contentCrc: 0 };
  });
}

const hexOf = (id: Uint8Array): string => Buffer.from(id).toString('hex');

function encodeRows(rows: readonly PackRow[], trailer: Uint8Array): Uint8Array {
  const columns = new PackRows();
  for (const row of rows) columns.add(row);
  return encodeIdx(columns.sorted(), trailer);
}

describe.skipIf(withoutGit)('git', () => {
  let home = '';
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'cas-pack-git-'));
    git(['init', '-q', '--object-format=sha256', '.'], { cwd: home });
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  const versions = Array.from({ length: 12 }, (_, at) =>
    encodeText(
      Array.from({ length: 300 }, (_, line) => `line ${line === at * 20 ? 'new' : line} of it\n`).join(''),
    ),
  );
  const items: PackItem[] = [
    ...versions.map(
      (content, at): PackItem =>
        at === 0 ? { kind: 'whole', content } : { kind: 'delta', base: at - 1, content },
    ),
    { kind: 'whole', content: new Uint8Array(0), level: 0 },
    { kind: 'whole', content: hash('sha512', 'noise', 'buffer'), level: 0 },
    { kind: 'whole', content: encodeText('x'.repeat(100_000)), level: 9 },
  ];

  test('makes of a pack that was written here the very idx that is encoded here', async () => {
    const { pack } = makePack(items);
    const path = join(home, 'ours.pack');
    await writeFile(path, pack);
    git(['index-pack', '--object-format=sha256', '--strict', path]);
    const made = await readFile(join(home, 'ours.idx'));
    const rows = gitRows(await scan(pack));
    expect(Buffer.compare(encodeRows(rows, pack.subarray(-32)), made)).toBe(0);
    git(['verify-pack', '--object-format=sha256', path], { cwd: home });
  });

  test('lists an idx of our ids and long offsets as it is', () => {
    const rows = Array.from({ length: 1000 }, (_, at): PackRow => {
      const offset = at % 3 === 0 ? 2 ** 31 + at * 5_000_000_000 : 12 + at;
      return {
        id: hash('sha256', String(at), 'buffer'),
        offset,
        crc: at * 4_000_000,
        sizeBytes: 0,
        contentCrc: 0,
      };
    });
    const input = encodeRows(rows, new Uint8Array(32));
    const listed = git(['show-index', '--object-format=sha256'], { input }).toString().trim().split('\n');
    const expected = rows
      .map(({ id, offset, crc }) => [hexOf(id), offset, crc.toString(16).padStart(8, '0')] as const)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([hex, offset, crc]) => `${offset} ${hex} (${crc})`);
    expect(listed).toEqual(expected);
  });

  test.each<[string, readonly string[]]>([
    ['with bases by their ids', []],
    ['with bases by their distances', ['--delta-base-offset']],
    ['with offsets of eight bytes for what lies past the first 64 KiB', ['--index-version=2,0x10000']],
  ])('writes a pack and an idx that are read here: %s', async (_, options) => {
    const folder = await mkdtemp(join(home, 'packed-'));
    const noise = Array.from({ length: 40 }, (_, at) => hash('sha512', String(at), 'hex').repeat(80));
    const inputs = [...versions.map((bytes) => Buffer.from(bytes).toString()), ...noise];
    const paths = inputs.map((_, at) => join(folder, `file-${at}`));
    await Promise.all(inputs.map((input, at) => writeFile(paths[at]!, input)));
    const ids = git(['hash-object', '-w', '--no-filters', '--stdin-paths'], {
      cwd: home,
      input: paths.join('\n'),
    });
    git(['pack-objects', '-q', '--compression=0', ...options, join(folder, 'pack')], {
      cwd: home,
      input: ids,
    });
    const [name = ''] = (await readdir(folder)).filter((file) => file.endsWith('.pack'));
    const pack = new Uint8Array(await readFile(join(folder, name)));
    const idx = Idx.decode(new Uint8Array(await readFile(join(folder, name.replace('.pack', '.idx')))), {
      packBytes: pack.length,
    });
    const entries = await scan(pack);
    const rows = gitRows(entries);
    expect(`${packNameOf(pack.subarray(-32))}.pack`).toBe(name);
    expect(idx.count).toBe(inputs.length);
    expect(idx.packTrailer).toEqual(pack.subarray(-32));
    expect(entries.some(({ header }) => isDelta(header.type))).toBe(true);
    for (const { id, offset, crc } of rows) {
      const row = idx.find(id);
      expect([idx.offsetAt(row), idx.crcAt(row)]).toEqual([offset, crc]);
    }
    expect(Array.from(idx.rowsInPackOrder(), (row) => idx.offsetAt(row))).toEqual(
      entries.map(({ offset }) => offset),
    );
  });

  test('refuses, as is done here, a pack of which one byte is another', async () => {
    const { pack } = makePack(items);
    const path = join(home, 'damaged.pack');
    for (const at of [3, 11, 12, 40, pack.length - 1]) {
      const damaged = pack.slice();
      damaged[at]! ^= 1;
      await writeFile(path, damaged);
      expect(() => git(['index-pack', '--object-format=sha256', path])).toThrow();
      await expect(scan(damaged)).rejects.toThrow(expect.objectContaining({ code: 'PACK_INVALID' }));
    }
  });
});

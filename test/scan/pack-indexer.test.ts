/** Idx and meta out of a pack alone, held against those that were made with it. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { createFsFromVolume, Volume } from 'memfs';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { CorruptError } from '../../src/errors/errors.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { Idx } from '../../src/pack/idx.ts';
import { type IndexedPack, type IndexerOptions, indexPack } from '../../src/scan/pack-indexer.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { chunksOf, makePack, type PackItem, wholes } from '../packs/pack-maker.ts';

async function index(pack: Uint8Array, options: IndexerOptions = {}): Promise<IndexedPack> {
  const files = nodeFiles(createFsFromVolume(Volume.fromJSON({ '/.keep': '' })) as never);
  await using file = await files.open('/pack', 'create');
  await file.write(pack, 0);
  return await indexPack({ file, codec: nativeCodec }, options);
}

/** Different contents, each about as long as the one before, so that deltas make sense. */
const contents = fc
  .uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 300 }), {
    minLength: 1,
    maxLength: 12,
    selector: (content) => hashBytes(content),
  })
  .map((made) => made.map((content) => Uint8Array.from(content)));

/** Of each content: whole, or a delta by offset on one before it, or by id on any other. */
const items: fc.Arbitrary<PackItem[]> = contents.chain((made) =>
  fc
    .array(fc.record({ form: fc.constantFrom('whole', 'offset', 'id'), base: fc.nat() }), {
      minLength: made.length,
      maxLength: made.length,
    })
    .map((forms) =>
      made.map((content, at): PackItem => {
        const { form, base } = forms[at]!;
        if (at === 0 || form === 'whole') return { kind: 'whole', content };
        return { kind: 'delta', content, base: base % at, by: form === 'id' ? 'id' : 'offset' };
      }),
    ),
);

describe('indexPack()', () => {
  test('makes the idx and the meta that a pack was made with', async () => {
    await fc.assert(
      fc.asyncProperty(items, async (made) => {
        const pack = makePack(made);
        const found = await index(pack.pack);
        expect(Buffer.compare(found.idx, pack.idx)).toBe(0);
        expect(Buffer.compare(found.meta, pack.meta)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  test('finds a base by its id where it comes later in the pack', async () => {
    const [a, b, c] = ['one thing and another', 'one thing or another', 'one thing'].map(encodeText);
    const pack = makePack([
      { kind: 'delta', content: a!, base: 1, by: 'id' },
      { kind: 'delta', content: b!, base: 2, by: 'id' },
      { kind: 'whole', content: c! },
    ]);
    expect((await index(pack.pack)).idx).toEqual(pack.idx);
  });

  test('proves a list of chunks by its chunks, in the pack and elsewhere', async () => {
    const content = Uint8Array.from({ length: 1000 }, (_, at) => at % 251);
    const chunks = chunksOf(content, 300);
    const here: PackItem[] = [...wholes(...chunks.slice(1)), { kind: 'chunks', content, chunkBytes: 300 }];
    const pack = makePack(here);
    const readElsewhere = async (id: ObjectId): Promise<Uint8Array | undefined> =>
      id === hashBytes(chunks[0]!) ? chunks[0] : undefined;
    const found = await index(pack.pack, { readElsewhere });
    expect(found.idx).toEqual(pack.idx);
    expect(found.meta).toEqual(pack.meta);
    await expect(index(pack.pack)).rejects.toMatchObject({ code: 'PACK_INVALID' });
    const lie = async (): Promise<Uint8Array> => new Uint8Array(300);
    await expect(index(pack.pack, { readElsewhere: lie })).rejects.toMatchObject({ code: 'PACK_INVALID' });
  });

  test('takes bases from elsewhere, and refuses a pack that lacks them', async () => {
    const [base, a, b] = ['elsewhere it is whole', 'here it is a delta', 'here it is another'].map(
      encodeText,
    );
    const full = makePack([
      { kind: 'whole', content: base! },
      { kind: 'delta', content: a!, base: 0, by: 'id' },
      { kind: 'delta', content: b!, base: 1, by: 'offset' },
    ]);
    const cut = concatBytes([full.pack.subarray(0, 12), full.pack.subarray(full.offsets[1]!, -32)]);
    cut[11] = 2;
    const thin = concatBytes([cut, Buffer.from(hashBytes(cut).slice(7), 'hex')]);
    await expect(index(thin)).rejects.toMatchObject({ code: 'PACK_INVALID' });
    const found = await index(thin, {
      readElsewhere: async (id) => (id === hashBytes(base!) ? base : undefined),
    });
    expect(found.rows.count).toBe(2);
    expect(Idx.decode(found.idx).find(Buffer.from(hashBytes(b!).slice(7), 'hex'))).toBeGreaterThanOrEqual(0);
  });

  test('refuses deltas that stand on each other, and an object that is there twice', async () => {
    const [a, b] = ['one of two', 'two of two'].map(encodeText);
    const circle = makePack([
      { kind: 'delta', content: a!, base: 1, by: 'id' },
      { kind: 'delta', content: b!, base: 0, by: 'id' },
    ]);
    await expect(index(circle.pack)).rejects.toMatchObject({ code: 'PACK_INVALID' });
    const once = makePack(wholes(a!));
    const twice = concatBytes([once.pack.subarray(0, -32), once.pack.subarray(12, -32)]);
    twice[11] = 2;
    const sealed = concatBytes([twice, Buffer.from(hashBytes(twice).slice(7), 'hex')]);
    await expect(index(sealed)).rejects.toMatchObject({ code: 'PACK_INVALID' });
  });

  test('ends in a typed error, or the right tables, whichever byte is changed', async () => {
    const pack = makePack([
      ...wholes(encodeText('a base of some length'), encodeText('another')),
      { kind: 'delta', content: encodeText('a base of some length, and more'), base: 0 },
    ]);
    for (let at = 0; at < pack.pack.length; at++) {
      const bytes = Uint8Array.from(pack.pack);
      bytes[at]! ^= 0x21;
      await expect(index(bytes), `byte ${at}`).rejects.toBeInstanceOf(CorruptError);
    }
  });

  test('reads the packs that git writes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cas-indexer-'));
    const git = (...args: string[]): Buffer =>
      execFileSync('git', ['-C', folder, ...args], { stdio: 'pipe' });
    try {
      git('init', '-q', '--object-format=sha256');
      const base = Array.from({ length: 400 }, (_, line) => `line ${line} of a file that will change\n`);
      const blobs: Uint8Array[] = [];
      for (let version = 0; version < 8; version++) {
        base[version * 37] = `changed in version ${version}\n`;
        blobs.push(encodeText(base.join('')));
        await writeFile(join(folder, 'f'), base.join(''));
        git('add', 'f');
        git('-c', 'user.name=a', '-c', 'user.email=b', 'commit', '-q', '-m', String(version));
      }
      git('repack', '-adfq');
      const packs = join(folder, '.git/objects/pack');
      const [name] = (await readdir(packs)).filter((file) => file.endsWith('.pack'));
      const found = await index(new Uint8Array(await readFile(join(packs, name!))));
      const idx = Idx.decode(found.idx);
      for (const blob of blobs)
        expect(idx.find(Buffer.from(hashBytes(blob).slice(7), 'hex'))).toBeGreaterThanOrEqual(0);
      expect(found.rows.count).toBe(24);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** A pack in the making: what is published was read back and proved, and in an order that no reader trips over. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { bytesOfId } from '../../src/hash/object-id.ts';
import { encodeEntry } from '../../src/intake/encode-entry.ts';
import { PackWriter } from '../../src/intake/pack-writer.ts';
import { ENTRY } from '../../src/pack/entry-header.ts';
import { Idx } from '../../src/pack/idx.ts';
import { Meta } from '../../src/pack/meta.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { anyContent } from '../arbitraries/contents.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';
import { openNode } from '../files/file-systems.ts';

const FOLDER = '/pack';
const HELLO: Uint8Array = encodeText('hello\n');

function entryOf(content: Uint8Array): ReturnType<typeof encodeEntry> {
  return encodeEntry(ENTRY.blob, content, { codec: nativeCodec, level: 1 });
}

async function makeWriter(): Promise<{ files: FaultyFileSystem; writer: PackWriter }> {
  const files = new FaultyFileSystem();
  await files.makeFolder(FOLDER);
  return { files, writer: await PackWriter.create({ files, folder: FOLDER }) };
}

async function namesIn(files: FaultyFileSystem): Promise<string[]> {
  return ((await files.list(FOLDER)) ?? []).map(({ name }) => String.fromCharCode(...name)).sort();
}

test('idx and meta say of every entry what it is, and git accepts the pack', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyContent(), { minLength: 1, maxLength: 40 }), async (contents) => {
      await using place = await openNode();
      const { files, root } = place;
      const writer = await PackWriter.create({ files, folder: root });
      const offsets = new Map(
        contents.map((content) => [hashBytes(content), writer.append(entryOf(content))]),
      );
      const { name, count, sizeBytes } = (await writer.finish())!;
      expect(count).toBe(offsets.size);
      const idx = Idx.decode((await files.readFile(`${root}/${name}.idx`, 1e6))!, { packBytes: sizeBytes });
      const meta = Meta.decode((await files.readFile(`${root}/${name}.meta`, 1e6))!);
      for (const content of contents) {
        const id = hashBytes(content);
        const row = idx.find(bytesOfId(id));
        expect(idx.offsetAt(row)).toBe(offsets.get(id));
        expect(meta.sizeAt(row)).toBe(content.length);
      }
      execFileSync('git', [
        'index-pack',
        '--object-format=sha256',
        '-o',
        `${root}/git.idx`,
        `${root}/${name}.pack`,
      ]);
      expect(readdirSync(root).sort()).toEqual(
        [`${name}.idx`, `${name}.meta`, `${name}.pack`, 'git.idx'].sort(),
      );
    }),
    { numRuns: 10 },
  );
});

test('an entry is appended once, and can be read back before the pack is finished', async () => {
  const { writer } = await makeWriter();
  const entry = entryOf(HELLO);
  expect(writer.append(entry)).toBe(12);
  expect(writer.append(entry)).toBe(12);
  expect(writer.count).toBe(1);
  expect(writer.has(bytesOfId(hashBytes(HELLO)))).toBe(true);
  expect(await writer.readEntry(entry.id)).toEqual(entry.bytes);
  expect(await writer.readEntry(bytesOfId(hashBytes(encodeText('other'))))).toBeUndefined();
});

test('a writer of nothing publishes nothing', async () => {
  const { files, writer } = await makeWriter();
  expect(await writer.finish()).toBeUndefined();
  expect(await namesIn(files)).toEqual([]);
});

test('what the disk changed on its way is found before the pack has its name', async () => {
  const { files, writer } = await makeWriter();
  writer.append(entryOf(HELLO));
  await writer.readEntry(entryOf(HELLO).id); // written now
  const [temporary] = await namesIn(files);
  const file = (await files.open(`${FOLDER}/${temporary}`, 'update'))!;
  await file.write(Uint8Array.of(0), 20);
  await file.close();
  await expect(writer.finish()).rejects.toMatchObject({ code: 'PACK_WRITE_FAILED' });
  expect(await namesIn(files)).toEqual([]);
});

test('whatever is found after a power cut, an idx has its pack and its meta beside it', async () => {
  const { files, writer } = await makeWriter();
  writer.append(entryOf(HELLO));
  await writer.finish();
  for (const { files: found } of files.powerCuts({ seeds: [1, 2, 3] })) {
    const names = await namesIn(found);
    for (const idx of names.filter((name) => name.endsWith('.idx'))) {
      const name = idx.slice(0, -'.idx'.length);
      const pack = await found.readFile(`${FOLDER}/${name}.pack`, 1e6);
      if (pack !== undefined) expect(pack.length).toBeGreaterThan(44);
    }
  }
});

test('the same objects in the same order are the same pack, which takes the place of its equal', async () => {
  const { files, writer } = await makeWriter();
  const again = await PackWriter.create({ files, folder: FOLDER });
  for (const each of [writer, again]) each.append(entryOf(HELLO));
  expect(await writer.finish()).toEqual(await again.finish());
  expect(await namesIn(files)).toHaveLength(3);
});

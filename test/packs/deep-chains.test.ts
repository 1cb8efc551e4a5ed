import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { openFilesStore } from '../../src/store/files-store.ts';
import { nativeCodec } from '../../src/zlib/native.ts';
import { watchFiles } from '../source/watched-files.ts';
import { makePack, type PackItem, plantPack } from './pack-maker.ts';

const LENGTH = 9000;
const READ = 200;
const MAX_DEPTH = 4095;

test.each(['offset', 'id'] as const)(
  'a chain that is too long, of deltas by %s, is walked to its end once, and not again from each of its objects',
  async (by) => {
    const contents = Array.from({ length: LENGTH }, (_, at) => encodeText(`${'x'.repeat(40)}${at}`));
    const items = contents.map(
      (content, at): PackItem =>
        at === 0 ? { kind: 'whole', content } : { kind: 'delta', content, base: at - 1, by },
    );
    const folder = mkdtempSync(join(tmpdir(), 'caskit-deep-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    await nodeFiles().makeFolder(`${folder}/pack`);
    const made = makePack(items);
    await plantPack(nodeFiles(), `${folder}/pack`, { made });
    let reads = 0;
    const files = watchFiles(nodeFiles(), (call) => void (call.startsWith('file.read') && reads++));
    await using store = openFilesStore(folder, { files, codec: nativeCodec, level: 1 });
    for (const id of made.ids.slice(-READ).toReversed()) {
      await expect(store.read(id)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
      await expect(store.stat(id)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
    }
    expect(reads).toBeLessThan(6 * LENGTH);
    expect(await store.read(made.ids[MAX_DEPTH]!)).toEqual(contents[MAX_DEPTH]);
    expect(await store.stat(made.ids[MAX_DEPTH]!)).toMatchObject({ form: 'delta' });
  },
);

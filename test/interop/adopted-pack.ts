/** Packs of others, filed under our ids. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles } from '../../src/files/node-files.ts';
import { initStore } from '../../src/index.ts';
import { type IndexedPack, indexPack } from '../../src/scan/pack-indexer.ts';
import { chooseCodec } from '../../src/zlib/choose.ts';

/** What the indexer makes of a file. */
export async function indexFile(path: string): Promise<IndexedPack> {
  await using file = (await nodeFiles().open(path, 'read'))!;
  return await indexPack({ file, codec: await chooseCodec('auto') });
}

/** Makes a store in `folder`, which is not there yet, that has the pack at `path` and nothing else. */
export async function adoptPack(path: string, folder: string): Promise<void> {
  const { idx, meta, trailer } = await indexFile(path);
  mkdirSync(folder);
  await using store = await initStore(folder);
  const base = join(store.path, `objects/pack/pack-${Buffer.from(trailer).toString('hex')}`);
  copyFileSync(path, `${base}.pack`);
  writeFileSync(`${base}.meta`, meta);
  writeFileSync(`${base}.idx`, idx);
}

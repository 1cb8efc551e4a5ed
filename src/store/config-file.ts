/** The file `config` of a store. */
import { NotFoundError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { writeFileDurably } from '../files/publish.ts';
import { decodeConfig, encodeConfig, MAX_CONFIG_BYTES, type StoreConfig } from './config.ts';
import type { Layout } from './layout.ts';
import { fileModes } from './shared-modes.ts';

/** What the config of a store says now. @throws NotFoundError `STORE_NOT_FOUND` @throws as {@link decodeConfig} */
export async function readConfig(files: FileSystem, { root, config }: Layout): Promise<StoreConfig> {
  await using file = await files.open(config, 'read');
  if (file === undefined) {
    throw new NotFoundError('STORE_NOT_FOUND', `no store in '${root}'`, { hint: "make one with 'cas init'" });
  }
  const bytes = new Uint8Array(MAX_CONFIG_BYTES + 1); // one more than it may have tells that it has too many
  return decodeConfig(bytes.subarray(0, await file.read(bytes, 0)));
}

/** Replaces a store's config, durably. */
export async function writeConfig(files: FileSystem, layout: Layout, config: StoreConfig): Promise<void> {
  await writeFileDurably(files, layout.config, encodeConfig(config), fileModes(config.settings));
}

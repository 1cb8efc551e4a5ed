/** Proves a bundle that is whole by nothing but itself. */

import { equalBytes } from '../bytes/compare.ts';
import { readWhole } from '../files/read-whole.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { openPackedStore } from '../packs/packed-store.ts';
import { indexPack } from '../scan/pack-indexer.ts';
import { invalidBundle } from '../wire/bundle-header.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import { BUNDLE_ROOT, bundleFiles } from './bundle-store.ts';
import { checkReachable } from './check-reachable.ts';
import type { OpenBundle } from './open-bundle.ts';

export interface ProveBundleOptions {
  readonly codec: ZlibCodec;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** Of 25 million objects. */
const MAX_TABLE_BYTES: number = 2 ** 30;

/**
 * Decodes and hashes all objects, holds its tables against them, and follows its labels to the end.
 *
 * @returns how many objects it has
 * @throws CorruptError `BUNDLE_INVALID`, and what is wrong with its pack
 */
export async function proveWholeBundle(
  bundle: OpenBundle,
  { codec, signal }: ProveBundleOptions,
): Promise<number> {
  const { rows, idx, meta } = await indexPack({ file: bundle.pack, codec }, signal ? { signal } : {});
  const found = [
    [idx, await readWhole(bundle.idx, 'idx', MAX_TABLE_BYTES)],
    [meta, await readWhole(bundle.meta, 'meta', MAX_TABLE_BYTES)],
  ] as const;
  if (!found.every(([made, there]) => equalBytes(made, there)))
    throw invalidBundle('its tables are not those of its pack');
  const { labels, horizon } = bundle.header;
  await using objects = openPackedStore(`${BUNDLE_ROOT}/objects/pack`, {
    files: await bundleFiles(bundle),
    codec,
  });
  const tips = labels.map(({ id }) => id);
  await checkReachable(objects, { tips, horizon: new Set(horizon) }, signal ? { signal } : {});
  return rows.count;
}

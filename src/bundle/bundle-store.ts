/** A bundle that is whole, as a store to be read in place. */
import { toByteString } from '../bytes/byte-string.ts';
import { concatBytes } from '../bytes/concat.ts';
import { RefusedError } from '../errors/errors.ts';
import type { FileSystem, OpenFile } from '../files/file-system.ts';
import { givenFiles } from '../files/given-files.ts';
import { KEEP_ALL } from '../label/keep.ts';
import { encodeRecord } from '../label/record.ts';
import { PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import { packNameOf } from '../pack/pack-list.ts';
import { readerOf } from '../scan/pack-indexer.ts';
import { encodeConfig } from '../store/config.ts';
import { encodeHorizon } from '../store/horizon.ts';
import { layoutOf } from '../store/layout.ts';
import { openRepository, type Repository, type RepositoryContext } from '../store/repository.ts';
import { BUNDLE_SIGNATURE, type BundledLabel } from '../wire/bundle-header.ts';
import { OpenBundle } from './open-bundle.ts';

/** Where the store is in the files that {@link bundleFiles} gives. */
export const BUNDLE_ROOT = '/bundle';
const LABELS_A_RECORD = 10_000;
const STORE_ID = '00000000-0000-4000-8000-000000000000';

/**
 * The files of the store that a bundle is. The bundle stays open for as long as they are read.
 *
 * @throws RefusedError `BUNDLE_NOT_WHOLE` for one that builds on what its receiver has
 */
export async function bundleFiles(bundle: OpenBundle): Promise<FileSystem> {
  if (!bundle.isWhole) throw notWhole();
  const { pack, idx, meta, header } = bundle;
  const layout = layoutOf(BUNDLE_ROOT);
  const { sizeBytes } = await pack.stat();
  const name = packNameOf(await readerOf(pack)(sizeBytes - PACK_TRAILER_BYTES, PACK_TRAILER_BYTES));
  return givenFiles(
    new Map<string, OpenFile | Uint8Array>([
      [layout.config, encodeConfig({ id: STORE_ID, settings: new Map() })],
      [`${layout.refs}/log`, logOf(header.labels)],
      [layout.horizon, encodeHorizon(new Set(header.horizon))],
      [`${layout.objects}/pack/${name}.pack`, pack],
      [`${layout.objects}/pack/${name}.idx`, idx],
      [`${layout.objects}/pack/${name}.meta`, meta],
    ]),
  );
}

/** A log that makes these labels, so many a record that each is short enough. */
function logOf(labels: readonly BundledLabel[]): Uint8Array {
  const records: Uint8Array[] = [];
  for (let at = 0; at < labels.length; at += LABELS_A_RECORD) {
    const changes = labels.slice(at, at + LABELS_A_RECORD).map(({ name, id }) => {
      return { name, old: undefined, new: id, isProtected: false, keep: KEEP_ALL };
    });
    records.push(encodeRecord({ n: records.length + 1, timeSeconds: 0, changes, who: '', why: 'bundle' }));
  }
  return concatBytes(records);
}

function notWhole(): RefusedError {
  return new RefusedError('BUNDLE_NOT_WHOLE', 'the bundle builds on what its receiver has', {
    hint: "apply it to a store with 'cas bundle apply', or have one made without --since and --have",
  });
}

/** Whether a file begins as bundles do. */
export async function isBundle(files: FileSystem, path: string): Promise<boolean> {
  await using file = await files.open(path, 'read');
  const start = new Uint8Array(BUNDLE_SIGNATURE.length);
  const length = (await file?.read(start, 0)) ?? 0;
  return toByteString(start.subarray(0, length)) === BUNDLE_SIGNATURE;
}

/**
 * The bundle at `path` as a repository; disposing of it closes the bundle.
 *
 * @throws RefusedError `BUNDLE_NOT_WHOLE`, and as {@link OpenBundle.open}
 */
export async function openBundledRepository(path: string, context: RepositoryContext): Promise<Repository> {
  const bundle = await OpenBundle.open(context.files, [path]);
  try {
    const repository = await openRepository(BUNDLE_ROOT, { ...context, files: await bundleFiles(bundle) });
    return { ...repository, [Symbol.asyncDispose]: () => disposeBoth(repository, bundle) };
  } catch (error) {
    await bundle[Symbol.asyncDispose]();
    throw error;
  }
}

async function disposeBoth(repository: Repository, bundle: OpenBundle): Promise<void> {
  try {
    await repository[Symbol.asyncDispose]();
  } finally {
    await bundle[Symbol.asyncDispose]();
  }
}

/** A bundle as a program holds it: what is in it, whether it is sound, and the store that it is. */
import { resolve } from 'node:path';
import type { OpenBundle } from '../bundle/open-bundle.ts';
import type { ProgressListener } from '../flow/progress.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { openRepository } from '../store/repository.ts';
import type { BundledLabel, BundleHeader } from '../wire/bundle-header.ts';
import { contextOf, type OpenOptions } from './open.ts';
import { Store } from './store.ts';

/** How a bundle is proved. */
export interface VerifyBundleOptions {
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What a bundle was found to hold. */
export interface VerifiedBundle {
  /** `undefined` where only its checksum was proved, as it builds on what the receiver has. */
  readonly objects: number | undefined;
}

/** One open bundle; close it, or let `await using` do so. */
export class BundleFile implements AsyncDisposable {
  readonly #bundle: OpenBundle;
  readonly #options: OpenOptions;

  constructor(bundle: OpenBundle, options: OpenOptions) {
    this.#bundle = bundle;
    this.#options = options;
  }

  get labels(): readonly BundledLabel[] {
    return this.#bundle.header.labels;
  }

  /** Snapshots that a store must have, with all that they reach, before it can take this in. */
  get prerequisites(): readonly ObjectId[] {
    return this.#bundle.header.prerequisites;
  }

  /** Snapshots in it whose parents were left out on purpose. */
  get horizon(): BundleHeader['horizon'] {
    return this.#bundle.header.horizon;
  }

  get sizeBytes(): number {
    return this.#bundle.sizeBytes;
  }

  /** Whether it needs nothing besides, and can be opened as a store. */
  get isWhole(): boolean {
    return this.#bundle.isWhole;
  }

  /**
   * Reads all of it: its checksum, and where it is whole each object, and that none is missing.
   *
   * @throws CorruptError `BUNDLE_INVALID`, and what is wrong with its pack
   */
  async verify(options: VerifyBundleOptions = {}): Promise<VerifiedBundle> {
    await this.#bundle.prove(options);
    if (!this.isWhole) return { objects: undefined };
    const { proveWholeBundle } = await import('../bundle/prove-bundle.ts');
    const { codec } = await contextOf(this.#options);
    return { objects: await proveWholeBundle(this.#bundle, { codec, ...options }) };
  }

  /** The store that it is, to be read for as long as this is open. @throws RefusedError `BUNDLE_NOT_WHOLE` */
  async openStore(): Promise<Store> {
    const { BUNDLE_ROOT, bundleFiles } = await import('../bundle/bundle-store.ts');
    const context = await contextOf({ ...this.#options, files: await bundleFiles(this.#bundle) });
    return new Store(await openRepository(BUNDLE_ROOT, context), '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bundle[Symbol.asyncDispose]();
  }
}

/**
 * Opens a bundle and reads its header.
 *
 * @param paths of its volumes, in order; of one that was not cut up, its own
 * @throws NotFoundError `FILE_NOT_FOUND` @throws CorruptError `BUNDLE_INVALID` @throws RefusedError `BUNDLE_TOO_NEW`
 */
export async function openBundle(paths: readonly string[], options: OpenOptions = {}): Promise<BundleFile> {
  const { OpenBundle } = await import('../bundle/open-bundle.ts'); // which most programs never need
  const { files } = await contextOf(options);
  const places = paths.map((path) => resolve(path));
  const bundle = await OpenBundle.open(files, places);
  return new BundleFile(bundle, options);
}

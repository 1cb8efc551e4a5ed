/** Objects and labels that travel in files. */
import { resolve } from 'node:path';
import { InvalidInputError, NotFoundError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { labelNotFound } from '../label/edit.ts';
import { type LabelName, parseLabelName } from '../label/name.ts';
import { readHorizon } from '../store/horizon.ts';
import type { Repository } from '../store/repository.ts';
import { resolveSnapshot } from '../store/resolve.ts';
import { type AppliedBundle, type ApplyOptions, applyBundle } from '../sync/apply-bundle.ts';
import { OpenBundle } from '../sync/open-bundle.ts';
import { planOutgoing, type Receiver } from '../sync/outgoing.ts';
import { type WriteBundleOptions, type WrittenBundle, writeBundle } from '../sync/write-bundle.ts';
import { encodeHave } from '../sync/write-have.ts';
import type { BundledLabel, BundleHeader } from '../wire/bundle-header.ts';
import { Have, MAX_HAVE_BYTES } from '../wire/have.ts';

/** What goes into a bundle. */
export interface CreateBundleOptions extends WriteBundleOptions {
  /** Labels that go, each with all that it reaches. */
  readonly labels: readonly string[];
  /** Revisions of snapshots that the receiver has, with all that they reach. @default none */
  readonly since?: readonly string[];
  /** The path of a file with what {@link Bundles.have} gave at the receiver's. @default nothing is known of it */
  readonly have?: string;
}

/** A bundle that was written, and what it is about. */
export interface CreatedBundle extends WrittenBundle, Pick<BundleHeader, 'labels' | 'prerequisites'> {}

/** How a bundle is taken in. */
export interface ApplyBundleOptions extends Pick<ApplyOptions, 'conflicts' | 'onProgress' | 'signal'> {
  /** The labels that are wanted. @default all that are in it */
  readonly labels?: readonly string[];
  /** What their names begin with here, such as `from-ann/`. @default '' */
  readonly prefix?: string;
}

/** Smaller ones would be more names than bytes. */
const MIN_VOLUME_BYTES = 1024;

/** Bundles of an open store. */
export class Bundles {
  readonly #repository: Repository;
  readonly #who: string;

  constructor(repository: Repository, who: string) {
    this.#repository = repository;
    this.#who = who;
  }

  /**
   * Writes labels and what they reach into the file `path`, less what the receiver has.
   *
   * @throws NotFoundError `LABEL_NOT_FOUND`, and as a revision that is not found @throws ConflictError `FILE_EXISTS`
   * @throws InvalidInputError `VOLUME_TOO_SMALL` for volumes of less than 1 KiB
   */
  async create(path: string, options: CreateBundleOptions): Promise<CreatedBundle> {
    const { since = [], have, existing, volumeBytes, ...rest } = options;
    const repository = this.#repository;
    if (volumeBytes !== undefined && volumeBytes < MIN_VOLUME_BYTES) throw volumeTooSmall(volumeBytes);
    const { onProgress, signal } = rest;
    const watch = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
    const receiver = await this.#receiverOf(since, have);
    const outgoing = await planOutgoing(repository, {
      labels: await this.#labelsOf(options.labels),
      horizon: await readHorizon(repository.files, repository.layout.horizon),
      ...(receiver && { receiver }),
      ...watch,
    });
    const { labels, prerequisites } = outgoing;
    const target = { outgoing, path: resolve(path) };
    const written = await writeBundle(repository, target, {
      ...(existing && { existing }),
      ...(volumeBytes !== undefined && { volumeBytes }),
      ...watch,
    });
    return { ...written, labels, prerequisites };
  }

  /** Takes a bundle in, whose volumes are at `paths`. @throws as {@link OpenBundle.open} and `applyBundle` */
  async apply(paths: readonly string[], options: ApplyBundleOptions = {}): Promise<AppliedBundle> {
    const { labels, prefix = '', ...rest } = options;
    await using bundle = await OpenBundle.open(
      this.#repository.files,
      paths.map((path) => resolve(path)),
    );
    const wanted = labels && wantedAmong(bundle.header.labels, labels);
    const place = (name: LabelName): LabelName | undefined =>
      wanted?.has(name) === false ? undefined : parseLabelName(`${prefix}${name}`);
    return await applyBundle(this.#repository, bundle, { ...rest, place, who: this.#who });
  }

  /** What this store holds, for who makes a bundle for it. */
  have(): Promise<Uint8Array> {
    return encodeHave(this.#repository);
  }

  async #labelsOf(names: readonly string[]): Promise<BundledLabel[]> {
    const labels: BundledLabel[] = [];
    for (const text of new Set(names)) {
      const name = parseLabelName(text);
      const label = await this.#repository.labels.get(name);
      if (label === undefined) throw labelNotFound(name);
      labels.push({ name, id: label.id });
    }
    return labels;
  }

  async #receiverOf(since: readonly string[], path: string | undefined): Promise<Receiver | undefined> {
    const snapshots = await Promise.all(
      since.map(async (text) => (await resolveSnapshot(this.#repository, text)).id),
    );
    if (path === undefined) return snapshots.length === 0 ? undefined : { snapshots };
    const have = await readHave(this.#repository.files, resolve(path));
    return {
      snapshots: [...snapshots, ...have.snapshots],
      horizon: new Set(have.horizon),
      has: (id) => have.has(id),
    };
  }
}

async function readHave(files: FileSystem, path: string): Promise<Have> {
  const bytes = await files.readFile(path, MAX_HAVE_BYTES);
  if (bytes === undefined)
    throw new NotFoundError('FILE_NOT_FOUND', `'${path}' is not there`, { hint: "write it with 'cas have'" });
  return Have.decode(bytes);
}

function wantedAmong(labels: readonly BundledLabel[], names: readonly string[]): ReadonlySet<LabelName> {
  const wanted = new Set(names.map(parseLabelName));
  for (const name of wanted) if (!labels.some((label) => label.name === name)) throw labelNotFound(name);
  return wanted;
}

function volumeTooSmall(volumeBytes: number): InvalidInputError {
  return new InvalidInputError('VOLUME_TOO_SMALL', `volumes of ${volumeBytes} bytes are too small`, {
    hint: `take at least ${MIN_VOLUME_BYTES} bytes`,
  });
}

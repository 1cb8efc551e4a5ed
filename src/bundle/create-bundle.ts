/** A bundle as somebody asks for it: labels by name, revisions, and a file that says what the receiver holds. */
import { resolve } from 'node:path';
import { InvalidInputError, NotFoundError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import { labelNotFound } from '../label/edit.ts';
import { parseLabelName } from '../label/name.ts';
import { readHorizon } from '../store/horizon.ts';
import type { Repository } from '../store/repository.ts';
import { resolveSnapshot } from '../store/resolve.ts';
import type { BundledLabel, BundleHeader } from '../wire/bundle-header.ts';
import { Have, MAX_HAVE_BYTES } from '../wire/have.ts';
import { planOutgoing, type Receiver } from './outgoing.ts';
import { type WriteBundleOptions, type WrittenBundle, writeBundle } from './write-bundle.ts';

/** What goes into a bundle. */
export interface CreateBundleOptions extends WriteBundleOptions {
  /** Labels that go, each with all that it reaches. */
  readonly labels: readonly string[];
  /** Revisions of snapshots that the receiver has, with all that they reach. @default none */
  readonly since?: readonly string[];
  /** The path of a file with what `Bundles.have` gave at the receiver's. @default nothing is known of it */
  readonly have?: string;
}

/** A bundle that was written, and what it is about. */
export interface CreatedBundle extends WrittenBundle, Pick<BundleHeader, 'labels' | 'prerequisites'> {}

/** Smaller ones would be more names than bytes. */
const MIN_VOLUME_BYTES = 1024;

/**
 * Writes labels and what they reach into the file `path`, less what the receiver has.
 *
 * @throws NotFoundError `LABEL_NOT_FOUND`, and as a revision that is not found @throws ConflictError `FILE_EXISTS`
 * @throws InvalidInputError `VOLUME_TOO_SMALL` for volumes of less than 1 KiB
 */
export async function createBundle(
  repository: Repository,
  path: string,
  options: CreateBundleOptions,
): Promise<CreatedBundle> {
  const { labels: names, since = [], have, ...writing } = options;
  const { volumeBytes, onProgress, signal } = writing;
  if (volumeBytes !== undefined && volumeBytes < MIN_VOLUME_BYTES) throw volumeTooSmall(volumeBytes);
  const receiver = await receiverOf(repository, { since, have });
  const outgoing = await planOutgoing(repository, {
    labels: await labelsOf(repository, names),
    horizon: await readHorizon(repository.files, repository.layout.horizon),
    ...(receiver && { receiver }),
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  });
  const { labels, prerequisites } = outgoing;
  const written = await writeBundle(repository, { outgoing, path: resolve(path) }, writing);
  return { ...written, labels, prerequisites };
}

async function labelsOf(repository: Repository, names: readonly string[]): Promise<BundledLabel[]> {
  const labels: BundledLabel[] = [];
  for (const text of new Set(names)) {
    const name = parseLabelName(text);
    const label = await repository.labels.get(name);
    if (label === undefined) throw labelNotFound(name);
    labels.push({ name, id: label.id });
  }
  return labels;
}

async function receiverOf(
  repository: Repository,
  { since, have: path }: { readonly since: readonly string[]; readonly have: string | undefined },
): Promise<Receiver | undefined> {
  const snapshots = await Promise.all(
    since.map(async (text) => (await resolveSnapshot(repository, text)).id),
  );
  if (path === undefined) return snapshots.length === 0 ? undefined : { snapshots };
  const have = await readHave(repository.files, resolve(path));
  return {
    snapshots: [...snapshots, ...have.snapshots],
    horizon: new Set(have.horizon),
    has: (id) => have.has(id),
  };
}

async function readHave(files: FileSystem, path: string): Promise<Have> {
  const bytes = await files.readFile(path, MAX_HAVE_BYTES);
  if (bytes === undefined)
    throw new NotFoundError('FILE_NOT_FOUND', `'${path}' is not there`, { hint: "write it with 'cas have'" });
  return Have.decode(bytes);
}

function volumeTooSmall(volumeBytes: number): InvalidInputError {
  return new InvalidInputError('VOLUME_TOO_SMALL', `volumes of ${volumeBytes} bytes are too small`, {
    hint: `take at least ${MIN_VOLUME_BYTES} bytes`,
  });
}

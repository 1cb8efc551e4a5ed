/** Objects and labels that travel in files. What makes and takes them is loaded once it is asked for. */
import { resolve } from 'node:path';
import type { AppliedBundle, ApplyOptions } from '../bundle/apply-bundle.ts';
import type { CreateBundleOptions, CreatedBundle } from '../bundle/create-bundle.ts';
import { type LabelName, parseLabelName, REMOTES } from '../label/name.ts';
import type { Repository } from '../store/repository.ts';
import { chooseSome, labelNotAmong } from '../sync/label-patterns.ts';
import type { BundledLabel } from '../wire/bundle-header.ts';

/** How a bundle is taken in. */
export interface ApplyBundleOptions extends Pick<ApplyOptions, 'conflicts' | 'onProgress' | 'signal'> {
  /** The labels that are wanted. @default all that are in it */
  readonly labels?: readonly string[];
  /** What their names begin with here, such as `from-ann/`. @default '' */
  readonly prefix?: string;
}

/** Bundles of an open store. */
export class Bundles {
  readonly #repository: Repository;
  readonly #who: string;

  constructor(repository: Repository, who: string) {
    this.#repository = repository;
    this.#who = who;
  }

  /**
   * Writes labels and what they reach into the file `path`, less what the receiver has. In a label `*` is anything, but
   * those of other stores go only where one that begins with `remotes/` is named.
   *
   * @throws as `createBundle`
   */
  async create(path: string, options: CreateBundleOptions): Promise<CreatedBundle> {
    const { createBundle } = await import('../bundle/create-bundle.ts');
    const isOfRemotes = options.labels.some((text) => text.startsWith(REMOTES));
    const known = await this.#repository.labels.list();
    const offered = isOfRemotes ? known : known.filter(({ name }) => !name.startsWith(REMOTES));
    const labels = chooseSome(offered, options.labels).map(({ name }) => name);
    return createBundle(this.#repository, path, { ...options, labels });
  }

  /** Takes a bundle in, whose volumes are at `paths`. @throws as `OpenBundle.open` and `applyBundle` */
  async apply(paths: readonly string[], options: ApplyBundleOptions = {}): Promise<AppliedBundle> {
    const { labels, prefix = '', ...rest } = options;
    const { OpenBundle } = await import('../bundle/open-bundle.ts');
    const { applyBundle } = await import('../bundle/apply-bundle.ts');
    const places = paths.map((path) => resolve(path));
    await using bundle = await OpenBundle.open(this.#repository.files, places);
    const wanted = labels && wantedAmong(bundle.header.labels, labels);
    const place = (name: LabelName): LabelName | undefined =>
      wanted?.has(name) === false ? undefined : parseLabelName(`${prefix}${name}`);
    return await applyBundle(this.#repository, bundle, { ...rest, place, who: this.#who });
  }

  /** What this store holds, for who makes a bundle for it. */
  async have(): Promise<Uint8Array> {
    const { encodeHave } = await import('../bundle/write-have.ts');
    return encodeHave(this.#repository);
  }
}

function wantedAmong(labels: readonly BundledLabel[], names: readonly string[]): ReadonlySet<LabelName> {
  const wanted = new Set(names.map(parseLabelName));
  for (const name of wanted)
    if (!labels.some((label) => label.name === name)) throw labelNotAmong(labels, name);
  return wanted;
}

/** What a store holds, what it takes up, what it saves, and what each label has to itself. */
import { formatName } from '../bytes/text.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { measureTrash } from '../gc/trash-heap.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { readHorizon } from '../store/horizon.ts';
import type { Repository } from '../store/repository.ts';
import { type Amount, StoredCopies, type StoredForm, Tally } from './stats-copies.ts';
import { Shares } from './stats-shares.ts';

/** What is counted, and how that is watched and stopped. */
export interface StatsOptions {
  /** How many of the largest files are listed, 0 or more. @default 0 */
  readonly largest?: number;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** Counts and sizes of a whole store, sizes in bytes. */
export interface StoreStats {
  readonly labels: number;
  /** That labels reach, in each role: the same bytes in two roles count in both. */
  readonly snapshots: number;
  readonly trees: number;
  readonly contents: number;
  /** All objects, each once; stored with all copies. */
  readonly objects: Amount;
  /** Objects that no label reaches. */
  readonly unreachable: Amount;
  /** What all versions that labels reach would take up as folders side by side. */
  readonly versionsBytes: number;
  /** All copies, by how they lie. An object of chunks counts in full there, and its chunks where they lie. */
  readonly forms: Readonly<Record<StoredForm, Amount>>;
  /** Copies of objects that have another one: packing anew drops them. */
  readonly spare: Amount;
  /** Packs, and their bytes with the tables beside them. */
  readonly packs: Heaped;
  /** What collections took out of the way. */
  readonly trash: Heaped;
  readonly saved: Saved;
  /** By label, those first that have most to themselves. */
  readonly exclusive: readonly LabelShare[];
  /** Contents that labels reach, the largest first. */
  readonly largest: readonly LargeObject[];
}

/** So many things, and the bytes of their files. */
export interface Heaped {
  readonly count: number;
  readonly bytes: number;
}

/** What is not taken up, in bytes; less than 0 in a small store, where it costs more than it saves. */
export interface Saved {
  /** Because equal content is kept once. */
  readonly once: number;
  /** Because objects are stored as what differs from others, compressed. */
  readonly deltas: number;
  /** Because others are compressed. */
  readonly compression: number;
}

/** What only one label reaches: what would be freed without it, once it is collected. */
export interface LabelShare {
  readonly label: string;
  readonly objects: Amount;
}

/** One of the largest files that labels reach, and where it is. */
export interface LargeObject {
  readonly id: ObjectId;
  readonly sizeBytes: number;
  readonly storedBytes: number;
  readonly form: StoredForm;
  /** A revision that is this object: `<label>:<path>`, or `<snapshot>:<path>` of an older version. */
  readonly revision: string;
}

/** @throws CorruptError `LABEL_LOG_CORRUPT`, and as reads of damaged objects */
export async function readStats(repository: Repository, options: StatsOptions = {}): Promise<StoreStats> {
  const { largest = 0, onProgress, signal } = options;
  const labels = await repository.labels.list();
  const horizon = await readHorizon(repository.files, repository.layout.horizon);
  const copies = await StoredCopies.read(repository, {
    onCopy: (done) => onProgress?.({ phase: 'measuring', done, unit: 'objects' }),
    signal,
  });
  const shares = new Shares({
    repository,
    copies,
    horizon,
    namings: largest > 0 ? 'all' : 'none',
    onTree: (done) => onProgress?.({ phase: 'following labels', done, unit: 'folders' }),
    signal,
  });
  for (const [number, { id }] of labels.entries()) await shares.walk(number, id);
  const { objects, unreachable, namedBytes, exclusive } = tally(copies, shares, labels);
  const versionsBytes = shares.versionsBytes;
  const { loose, whole, delta } = copies.byForm;
  const compressed = [loose.amount(), whole.amount()];
  return {
    labels: labels.length,
    snapshots: shares.count('snapshot'),
    trees: shares.count('tree'),
    contents: shares.count('content'),
    objects,
    unreachable,
    versionsBytes,
    forms: {
      loose: loose.amount(),
      whole: whole.amount(),
      delta: delta.amount(),
      chunks: copies.byForm.chunks.amount(),
    },
    spare: copies.spare.amount(),
    packs: { count: copies.packs, bytes: copies.packBytes },
    trash: await measureTrash(repository.trash),
    saved: {
      once: versionsBytes - namedBytes,
      deltas: savedBy(delta.amount()),
      compression: compressed.reduce((sum, amount) => sum + savedBy(amount), 0),
    },
    exclusive,
    largest: findLargest(copies, shares, { count: largest, labels }),
  };
}

type Named = readonly { readonly name: string; readonly id: ObjectId }[];

function savedBy({ contentBytes, storedBytes }: Amount): number {
  return contentBytes - storedBytes;
}

function tally(
  copies: StoredCopies,
  shares: Shares,
  labels: Named,
): Pick<StoreStats, 'objects' | 'unreachable' | 'exclusive'> & { readonly namedBytes: number } {
  const all = new Tally();
  const unreachable = new Tally();
  const own = labels.map(() => new Tally());
  let namedBytes = 0;
  for (let number = 0; number < copies.ids.count; number++) {
    const [content, stored] = [copies.contentBytes[number]!, copies.storedBytes[number]!];
    const owner = shares.ownerOf(number);
    all.add(content, stored);
    if (shares.isNamed(number)) namedBytes += content;
    if (owner === undefined) unreachable.add(content, stored);
    else if (owner !== 'several') own[owner]!.add(content, stored);
  }
  const exclusive = own.map((share, label) => ({ label: labels[label]!.name, objects: share.amount() }));
  exclusive.sort((left, right) => right.objects.storedBytes - left.objects.storedBytes);
  return { objects: all.amount(), unreachable: unreachable.amount(), namedBytes, exclusive };
}

/** Contents only: folders and snapshots are no file of anybody. */
function findLargest(
  copies: StoredCopies,
  shares: Shares,
  { count, labels }: { readonly count: number; readonly labels: Named },
): LargeObject[] {
  if (count === 0) return [];
  const numbers = Array.from({ length: copies.ids.count }, (_, number) => number)
    .filter((number) => shares.isContent(number))
    .sort((left, right) => copies.contentBytes[right]! - copies.contentBytes[left]!);
  const tips = new Map(labels.map(({ name, id }) => [id, name]));
  return numbers.slice(0, count).map((number) => ({
    id: copies.idAt(number),
    sizeBytes: copies.contentBytes[number]!,
    storedBytes: copies.storedBytes[number]!,
    form: copies.forms[number]!,
    revision: revisionOf(shares, number, tips),
  }));
}

function revisionOf(shares: Shares, number: number, tips: ReadonlyMap<ObjectId, string>): string {
  const names: string[] = [];
  let at = number;
  for (let naming = shares.namingOf(at); naming !== undefined; naming = shares.namingOf(at)) {
    names.unshift(formatName(naming.name));
    at = naming.tree;
    if (shares.snapshotOf(at) !== undefined) break; // a root may be a folder of another set, too
  }
  const snapshot = shares.snapshotOf(at);
  if (snapshot === undefined) return names.join('/');
  return `${tips.get(snapshot) ?? snapshot.slice('sha256:'.length)}:${names.join('/')}`;
}

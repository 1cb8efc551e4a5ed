/** Finds what was renamed among what was added and removed: the same content, or content with most lines in common. */
import type { Change, Store, TreeEntry } from '../index.ts';
import { LikenessIndex } from './likeness.ts';

/** A file that stood at another path before, perhaps with other content. */
export interface Rename {
  readonly kind: 'renamed';
  readonly from: Uint8Array;
  readonly path: Uint8Array;
  readonly before: TreeEntry;
  readonly after: TreeEntry;
  /** In per cent; 100 only where the content is the same. */
  readonly likeness: number;
}

/** More added or removed files than this are not looked at. */
export const MAX_FILES = 100_000;
/** Likeness is looked for among so many on each side, each so long, and so much of them in all. */
const MAX_LIKE_FILES = 1000;
const MAX_LIKE_BYTES: number = 2 ** 20;
const MAX_HELD_BYTES: number = 2 ** 26;
const MIN_LIKENESS = 50;

interface Place {
  readonly path: Uint8Array;
  readonly entry: TreeEntry;
}

export class Renames {
  readonly #byTarget = new Map<string, Rename>();
  readonly #sources = new Set<string>();

  add(before: Place, after: Place, likeness: number): void {
    this.#sources.add(keyOf(before.path));
    this.#byTarget.set(keyOf(after.path), {
      kind: 'renamed',
      from: before.path,
      path: after.path,
      before: before.entry,
      after: after.entry,
      likeness,
    });
  }

  /** The change as it is to be told: as a rename where it is one, and not at all where it is only a part of one. */
  tell(change: Change): Change | Rename | undefined {
    if (change.kind === 'removed') return this.#sources.has(keyOf(change.path)) ? undefined : change;
    return (change.kind === 'added' && this.#byTarget.get(keyOf(change.path))) || change;
  }

  isSource({ path }: Place): boolean {
    return this.#sources.has(keyOf(path));
  }

  isTarget({ path }: Place): boolean {
    return this.#byTarget.has(keyOf(path));
  }
}

/** What git takes for renames, at 50 %: each file is the source of one at most. None among too many changes. */
export async function findRenames(
  store: Store,
  changes: AsyncIterable<Change>,
  signal: AbortSignal,
): Promise<Renames> {
  const removed: Place[] = [];
  const added: Place[] = [];
  for await (const change of changes) {
    signal.throwIfAborted();
    if (change.kind === 'removed' && isCandidate(change.before))
      removed.push({ path: change.path, entry: change.before });
    if (change.kind === 'added' && isCandidate(change.after))
      added.push({ path: change.path, entry: change.after });
    if (removed.length > MAX_FILES || added.length > MAX_FILES) return new Renames();
  }
  const renames = new Renames();
  pairEqual(removed, added, renames);
  await pairAlike(store, { removed, added, renames, signal });
  return renames;
}

/** All empty files are equal: that says nothing. Symlinks are short, and not every reader of patches renames them. */
function isCandidate({ kind, sizeBytes }: TreeEntry): boolean {
  return kind !== 'folder' && kind !== 'symlink' && sizeBytes > 0;
}

function pairEqual(removed: readonly Place[], added: readonly Place[], renames: Renames): void {
  const byContent = new Map<string, Place[]>();
  for (const place of removed) {
    const places = byContent.get(place.entry.id);
    if (places === undefined) byContent.set(place.entry.id, [place]);
    else places.push(place);
  }
  for (const place of added) {
    const places = byContent.get(place.entry.id) ?? [];
    const named = places.findIndex((source) => baseOf(source) === baseOf(place));
    const [source] = places.splice(Math.max(named, 0), 1);
    if (source !== undefined) renames.add(source, place, 100);
  }
}

interface Sought {
  readonly removed: readonly Place[];
  readonly added: readonly Place[];
  readonly renames: Renames;
  readonly signal: AbortSignal;
}

/** Pairs what is left, the most alike first, and among equals those of one name. */
async function pairAlike(store: Store, { removed, added, renames, signal }: Sought): Promise<void> {
  const sources = removed.filter((place) => isShort(place) && !renames.isSource(place));
  const targets = added.filter((place) => isShort(place) && !renames.isTarget(place));
  if (sources.length === 0 || sources.length > MAX_LIKE_FILES || targets.length > MAX_LIKE_FILES) return;
  const index = new LikenessIndex();
  let heldBytes = 0;
  for (const { entry } of sources) {
    signal.throwIfAborted();
    heldBytes += entry.sizeBytes;
    index.add(heldBytes > MAX_HELD_BYTES ? new Uint8Array(0) : await store.get(entry.id));
  }
  const pairs: { source: Place; target: Place; likeness: number; sameName: boolean }[] = [];
  for (const target of targets) {
    signal.throwIfAborted();
    for (const { number, likeness } of index.find(await store.get(target.entry.id), MIN_LIKENESS)) {
      const source = sources[number]!;
      pairs.push({ source, target, likeness, sameName: baseOf(source) === baseOf(target) });
    }
  }
  pairs.sort(
    (left, right) => right.likeness - left.likeness || Number(right.sameName) - Number(left.sameName),
  );
  for (const { source, target, likeness } of pairs) {
    if (!renames.isSource(source) && !renames.isTarget(target)) renames.add(source, target, likeness);
  }
}

function isShort({ entry }: Place): boolean {
  return entry.sizeBytes <= MAX_LIKE_BYTES;
}

function keyOf(path: Uint8Array): string {
  return Buffer.from(path.buffer, path.byteOffset, path.length).toString('latin1');
}

function baseOf({ path }: Place): string {
  const key = keyOf(path);
  return key.slice(key.lastIndexOf('/') + 1);
}

/** Finds what was renamed among what was added and removed: the same content, or content with most lines in common. */
import type { Change, ObjectId, Store, TreeEntry } from '../../index.ts';
import { LikenessIndex } from './likeness.ts';
import { wholeContent } from './whole-content.ts';

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

/** Among more changes no renames are looked for: all of them have to be held meanwhile. */
const MAX_CHANGES = 100_000;
/** Likeness is looked for among so many on each side, each so long, and so much of them in all. */
const MAX_LIKE_FILES = 1000;
const MAX_LIKE_BYTES: number = 2 ** 20;
const MAX_READ_BYTES: number = 2 ** 26;
const MIN_LIKENESS = 50;

interface Place {
  readonly path: Uint8Array;
  readonly entry: TreeEntry;
}

/**
 * The changes as they are to be told: what was removed at one path and added at another as one rename, at the place of
 * the latter. As git finds them, at 50 %: each file is the source of one at most.
 */
export async function* tellRenames(
  store: Store,
  changes: AsyncIterable<Change>,
  signal: AbortSignal,
): AsyncGenerator<Change | Rename> {
  const held: Change[] = [];
  let isHolding = true;
  for await (const change of changes) {
    if (!isHolding) yield change;
    else if (held.push(change) > MAX_CHANGES) {
      isHolding = false;
      yield* held.splice(0);
    }
  }
  const renames = await findRenames(store, held, signal);
  for (const change of held) {
    const told = renames.tell(change);
    if (told !== undefined) yield told;
  }
}

class Renames {
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

  /** As a rename where it is one, and not at all where it is only a part of one. */
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

async function findRenames(store: Store, changes: readonly Change[], signal: AbortSignal): Promise<Renames> {
  const removed: Place[] = [];
  const added: Place[] = [];
  for (const change of changes) {
    if (change.kind === 'removed' && isCandidate(change.before))
      removed.push({ path: change.path, entry: change.before });
    if (change.kind === 'added' && isCandidate(change.after))
      added.push({ path: change.path, entry: change.after });
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
  for await (const content of readUpTo(store, sources, MAX_READ_BYTES)) {
    signal.throwIfAborted();
    index.add(content);
  }
  const pairs: { source: Place; target: Place; likeness: number; sameName: boolean }[] = [];
  let number = 0;
  for await (const content of readUpTo(store, targets, MAX_READ_BYTES)) {
    signal.throwIfAborted();
    const target = targets[number++]!;
    for (const { number: other, likeness } of index.find(content, MIN_LIKENESS)) {
      const source = sources[other]!;
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

/** The contents of the first places, in order, as long as they are not too much together. */
async function* readUpTo(store: Store, places: readonly Place[], bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  const ids: ObjectId[] = [];
  for (const { entry } of places) {
    left -= entry.sizeBytes;
    if (left < 0) break;
    ids.push(entry.id);
  }
  async function* lists(): AsyncGenerator<readonly ObjectId[]> {
    yield ids;
  }
  for await (const answers of store.readMany(lists()))
    for (const answer of answers) yield await wholeContent(answer, store, MAX_LIKE_BYTES);
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

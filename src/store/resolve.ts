/** From revisions to the objects that they name. */
import { decodeText, formatName } from '../bytes/text.ts';
import { InvalidInputError, NotFoundError } from '../errors/errors.ts';
import { readSnapshot } from '../graph/history.ts';
import type { Alias } from '../hash/alias-hash.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { isLabelName } from '../label/name.ts';
import type { Role } from '../object/role.ts';
import { decodeSnapshot, MAX_SNAPSHOT_BYTES, type Snapshot } from '../object/snapshot.ts';
import { roleOfEntry, type TreeEntry } from '../object/tree-entry.ts';
import { readWholeOrStream } from '../odb/read-object.ts';
import { findEntry } from '../tree/find-entry.ts';
import { readHorizon } from './horizon.ts';
import { findNearLabel, findNearPath } from './near-names.ts';
import type { Repository } from './repository.ts';
import { cutPath, parseRevision, type Revision, type RevisionTime } from './revision.ts';

/** What a revision names. */
export interface Resolved {
  readonly id: ObjectId;
  /** What it is taken for; `undefined` for a bare id, which says nothing of that. */
  readonly role: Role | undefined;
  /** The snapshot that the revision went through, where it did. */
  readonly snapshot: { readonly id: ObjectId; readonly value: Snapshot } | undefined;
  /** The entry at its path; absent without a path, and for the root. */
  readonly entry: TreeEntry | undefined;
}

/** A tree, as a revision names it. */
export interface ResolvedTree {
  readonly id: ObjectId;
  /** Of the snapshot that it was found through; 0 for a bare tree. */
  readonly timeSeconds: number;
  readonly snapshotId: ObjectId | undefined;
}

const MIN_PREFIX_DIGITS = 4;
const MAX_CANDIDATES = 4;

/**
 * @throws InvalidInputError `REVISION_INVALID`, `PATH_INVALID`, `ID_AMBIGUOUS`, `AMBIGUOUS`, `NO_TREE`
 * @throws NotFoundError `REVISION_NOT_FOUND`, `ALIAS_NOT_FOUND`, `PATH_NOT_FOUND`, `HISTORY_TOO_SHORT`,
 * `OBJECT_NOT_FOUND`
 * @throws CorruptError `OBJECT_MISSING` for what a label, a snapshot or a tree names, `ALIASES_CORRUPT`
 */
export async function resolveRevision(repository: Repository, text: string): Promise<Resolved> {
  const revision = parseRevision(text);
  const start = await resolveBase(repository, revision, text);
  const { generations, path } = revision;
  const base = generations === 0 ? start : await goBack(repository, start, { generations, text });
  if (path === undefined) return base;
  const tree = await treeOf(repository, base, text);
  if (path.length === 0) return { ...base, id: tree.id, role: 'tree' };
  const entry = await findEntry(repository.named, tree.id, path);
  if (entry === undefined) throw await pathNotFound(repository, { root: tree.id, path, text });
  if (entry.kind !== 'folder' && !(await isElsewhere(repository, entry.id)))
    await repository.named.stat(entry.id); // which throws where it is missing
  return { ...base, id: entry.id, role: roleOfEntry(entry), entry };
}

/** Content comes when it is read, and not when it is named. */
async function isElsewhere({ objects, promises }: Repository, id: ObjectId): Promise<boolean> {
  return (await promises.isAny()) && !(await objects.has(id));
}

async function pathNotFound(
  { named }: Repository,
  {
    root,
    path,
    text,
  }: { readonly root: ObjectId; readonly path: readonly Uint8Array[]; readonly text: string },
): Promise<NotFoundError> {
  const { base } = cutPath(text);
  const near = await findNearPath(named, root, path);
  const shown = path.map(formatName).join('/');
  return new NotFoundError('PATH_NOT_FOUND', `cannot find '${text}': no '${shown}' in the set`, {
    hint: near === undefined ? `list what is there with 'cas ls ${base}'` : `did you mean '${base}:${near}'?`,
  });
}

/** A snapshot, by a revision without a path. @throws as {@link resolveRevision}, `NO_SNAPSHOT` */
export async function resolveSnapshot(
  repository: Repository,
  text: string,
): Promise<{ readonly id: ObjectId; readonly value: Snapshot }> {
  const resolved = await resolveRevision(repository, text);
  const snapshot =
    resolved.entry === undefined && resolved.role !== 'tree'
      ? await snapshotOf(repository, resolved)
      : undefined;
  if (snapshot !== undefined) return snapshot;
  throw new InvalidInputError('NO_SNAPSHOT', `'${text}' names no snapshot`, {
    hint: "give a label, or an id from 'cas log'",
  });
}

/** A tree: of a snapshot, a folder in one, or one named by its id. @throws as {@link resolveRevision} */
export async function resolveTree(repository: Repository, text: string): Promise<ResolvedTree> {
  return treeOf(repository, await resolveRevision(repository, text), text);
}

async function resolveBase(repository: Repository, revision: Revision, text: string): Promise<Resolved> {
  const { base, when } = revision;
  switch (base.kind) {
    case 'id':
      return bareId(base.id);
    case 'alias':
      return bareId((await repository.aliases.find(base)) ?? missingAlias(repository, base));
    case 'name': {
      const id = await findLabelled(repository, base.name, when, text);
      if (id !== undefined) return throughSnapshot(repository, id);
      return bareId(await resolvePrefix(repository, base.name, when, text));
    }
  }
}

function missingAlias({ aliases }: Repository, { hash, hex }: Alias): never {
  const hint = aliases.kept.includes(hash)
    ? "run 'cas alias rebuild' if it was stored before that setting, or by other means"
    : `to have it found, run 'cas config set aliases ${[...aliases.kept, hash].join(',')}' and 'cas alias rebuild'`;
  throw new NotFoundError('ALIAS_NOT_FOUND', `no object is known by ${hash} '${hex}'`, { hint });
}

/** What a label is, or was; `undefined` where there is no label of this name. */
async function findLabelled(
  { labels }: Repository,
  text: string,
  when: RevisionTime | undefined,
  revision: string,
): Promise<ObjectId | undefined> {
  if (!isLabelName(text)) return undefined;
  if (when === undefined) return (await labels.get(text))?.id;
  const value =
    when.kind === 'changes'
      ? await labels.valueAt(text, when.count)
      : await labels.valueAtTime(text, new Date(when.seconds * 1000));
  if (value.kind === 'id') return value.id;
  const fault = value.kind === 'absent' ? 'was not there then' : 'has no value so far back in the log';
  throw new NotFoundError('REVISION_NOT_FOUND', `cannot find '${revision}': label '${text}' ${fault}`, {
    hint: `list its values with 'cas reflog ${text}'`,
  });
}

async function resolvePrefix(
  repository: Repository,
  name: string,
  when: RevisionTime | undefined,
  text: string,
): Promise<ObjectId> {
  const hex = name.startsWith('sha256:') ? name.slice('sha256:'.length) : name;
  const isPrefix = /^[0-9a-f]*$/.test(hex) && hex.length >= MIN_PREFIX_DIGITS && when === undefined;
  const found: ObjectId[] = [];
  if (isPrefix) {
    for await (const id of repository.objects.ids(hex)) if (found.push(id) > MAX_CANDIDATES) break;
  }
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  if (first !== undefined) {
    const shown = found.map((id) => id.slice('sha256:'.length, 'sha256:'.length + 16)).join(', ');
    throw new InvalidInputError('ID_AMBIGUOUS', `'${name}' begins more than one id`, {
      hint: `give more digits of one of ${shown}`,
    });
  }
  const near = await findNearLabel(repository, name);
  throw new NotFoundError('REVISION_NOT_FOUND', `no label or object is named '${text.slice(0, 200)}'`, {
    hint:
      near === undefined
        ? "run 'cas labels' for all labels"
        : `did you mean '${near}${text.slice(name.length)}'?`,
  });
}

/** Along first parents, as far as the history goes that was not left out. */
async function goBack(
  { objects, named, files, layout }: Repository,
  start: Resolved,
  { generations, text }: { readonly generations: number; readonly text: string },
): Promise<Resolved> {
  let id = start.id;
  let value = start.snapshot?.value ?? (await readSnapshot(objects, id));
  const horizon = await readHorizon(files, layout.horizon);
  for (let step = 0; step < generations; step++) {
    const [parent] = horizon.has(id) ? [] : value.parents;
    if (parent === undefined) {
      throw new NotFoundError(
        'HISTORY_TOO_SHORT',
        `'${text}' goes ${generations} back, and there are only ${step}`,
        {
          hint: "run 'cas log' to see them",
        },
      );
    }
    id = parent;
    value = await readSnapshot(named, id);
  }
  return { id, role: 'snapshot', snapshot: { id, value }, entry: undefined };
}

async function throughSnapshot({ named }: Repository, id: ObjectId): Promise<Resolved> {
  return { id, role: 'snapshot', snapshot: { id, value: await readSnapshot(named, id) }, entry: undefined };
}

function bareId(id: ObjectId): Resolved {
  return { id, role: undefined, snapshot: undefined, entry: undefined };
}

async function treeOf(repository: Repository, resolved: Resolved, text: string): Promise<ResolvedTree> {
  const { snapshot, entry, role, id } = resolved;
  const origin = { timeSeconds: snapshot?.value.timeSeconds ?? 0, snapshotId: snapshot?.id };
  if (role === 'tree') return { id, ...origin };
  if (entry !== undefined) {
    throw new InvalidInputError('NO_TREE', `'${text}' is a file, and not a folder`, {
      hint: "read it with 'cas cat'",
    });
  }
  const through = snapshot ?? (await snapshotOf(repository, resolved));
  if (through === undefined) return { id, ...origin };
  return { id: through.value.tree, timeSeconds: through.value.timeSeconds, snapshotId: through.id };
}

/** The snapshot that a revision names; `undefined` where the object of a bare id is something else. */
async function snapshotOf(
  { objects }: Repository,
  { id, snapshot }: Resolved,
): Promise<Resolved['snapshot']> {
  if (snapshot !== undefined) return snapshot;
  const found = await readWholeOrStream(objects, id, MAX_SNAPSHOT_BYTES);
  if (found.kind === 'stream' || !isSnapshot(found.content)) return undefined;
  return { id, value: decodeSnapshot(found.content) };
}

/** By its first line, which no tree has. */
function isSnapshot(content: Uint8Array): boolean {
  return decodeText(content.subarray(0, 11)) === 'snapshot 1\n';
}

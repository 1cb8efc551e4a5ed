/** What snapshots reach: their trees, what those name, and their parents up to the horizon. */
import { CasError, CorruptError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { type Reference, ReferenceSet } from '../object/role.ts';
import { roleOfEntry, type TreeEntry } from '../object/tree-entry.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { objectNotFound } from '../odb/read-object.ts';
import { readTreeInBatches } from '../tree/read-tree.ts';
import { type Horizon, readSnapshot } from './history.ts';

/** One reference that a walk came to, each once; `from` is what named it first, absent for a root. */
export type Reached =
  | { readonly kind: 'reached'; readonly reference: Reference; readonly from: Reference | undefined }
  | { readonly kind: 'missing'; readonly reference: Reference; readonly from: Reference | undefined }
  | {
      readonly kind: 'damaged';
      readonly reference: Reference;
      readonly from: Reference | undefined;
      readonly error: CorruptError;
    };

export interface ReachOptions {
  readonly horizon: Horizon;
  /** What was reached before, and is not walked again; what is reached now joins it. @default an empty set */
  readonly marks?: ReferenceSet;
  /** Sees every entry of every tree that is read. */
  readonly onEntry?: (entry: TreeEntry, tree: ObjectId) => void;
  /** `pass`: contents are neither looked for nor reported. @default 'look' */
  readonly contents?: 'look' | 'pass';
  readonly signal?: AbortSignal;
}

interface Visit {
  readonly reference: Reference;
  readonly from: Reference | undefined;
}

/**
 * Walks from `roots`; a bare id is taken for a snapshot. Contents are looked for and not read.
 *
 * What is missing or damaged is reported and not walked further; only failures of the machine are thrown.
 */
export async function* walkReachable(
  objects: ObjectReader,
  roots: Iterable<ObjectId | Reference>,
  options: ReachOptions,
): AsyncGenerator<Reached> {
  const { marks = new ReferenceSet(), contents = 'look', signal } = options;
  const stack: Visit[] = [];
  const visit = (reference: Reference, from: Reference | undefined): void => {
    if (contents === 'pass' && reference.role === 'content') return;
    if (marks.add(reference.role, reference.id)) stack.push({ reference, from });
  };
  for (const root of roots)
    visit(typeof root === 'string' ? { role: 'snapshot', id: root } : root, undefined);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    signal?.throwIfAborted();
    const { reference, from } = next;
    try {
      await expand(objects, reference, { ...options, visit });
      yield { kind: 'reached', reference, from };
    } catch (error) {
      if (error instanceof CorruptError) yield { kind: 'damaged', reference, from, error };
      else if (error instanceof CasError && error.code === 'OBJECT_NOT_FOUND')
        yield { kind: 'missing', reference, from };
      else throw error;
    }
  }
}

interface Expansion extends ReachOptions {
  readonly visit: (reference: Reference, from: Reference) => void;
}

/** Visits all that an object names in its role. @throws NotFoundError @throws CorruptError */
async function expand(objects: ObjectReader, from: Reference, expansion: Expansion): Promise<void> {
  const { horizon, onEntry, visit } = expansion;
  switch (from.role) {
    case 'content':
      if (!(await objects.has(from.id))) throw objectNotFound(from.id);
      return;
    case 'tree':
      for await (const batch of readTreeInBatches(objects, from.id)) {
        for (const entry of batch) {
          onEntry?.(entry, from.id);
          visit({ role: roleOfEntry(entry), id: entry.id }, from);
        }
      }
      return;
    case 'snapshot': {
      const { tree, parents } = await readSnapshot(objects, from.id);
      if (!horizon.has(from.id)) for (const id of parents) visit({ role: 'snapshot', id }, from);
      visit({ role: 'tree', id: tree }, from);
    }
  }
}

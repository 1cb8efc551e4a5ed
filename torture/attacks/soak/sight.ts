/** What is seen of a store from outside: its labels, and the snapshots and cuts that nobody told of. */

import { decodeText } from '../../../src/bytes/text.ts';
import type { ObjectId } from '../../../src/hash/object-id.ts';
import {
  type CommitResult,
  formatKeep,
  type HistoryStep,
  type Label,
  type Snapshot,
} from '../../../src/index.ts';
import { readHorizon } from '../../../src/store/horizon.ts';
import type { Book, ModelLabel } from './label-model.ts';
import { STORE } from './machine.ts';
import type { Model, ModelSnapshot } from './model.ts';
import type { OpenedStore } from './open-store.ts';
import type { Done } from './orders.ts';
import type { ModelMember } from './set-model.ts';

export function bookOf(labels: readonly Label[]): Book {
  return new Map(
    labels.map(({ name, id, isProtected, keep }): [string, ModelLabel] => [
      name,
      { id, isProtected, keep: formatKeep(keep) },
    ]),
  );
}

/** For people. */
export function formatBook(book: Book): string {
  const labels = Array.from(book, ([name, { id, isProtected, keep }]) => {
    return `${name}=${id.slice('sha256:'.length, 15)}${isProtected ? '!' : ''}/${keep}`;
  });
  return `[${labels.join(' ')}]`;
}

/** The snapshots that an operation says it made. */
export function idsToldIn({ operation, outcome }: Done): ObjectId[] {
  if (outcome.kind === 'failed') return [];
  if (operation.kind === 'batch') return outcome.value as ObjectId[];
  if (operation.kind !== 'commit' && operation.kind !== 'edit') return [];
  return [(outcome.value as CommitResult).id];
}

export async function seeBook({ store }: OpenedStore): Promise<Book> {
  return bookOf(await store.labels.list());
}

export function seeHorizon({ process }: OpenedStore): Promise<ReadonlySet<ObjectId>> {
  return readHorizon(process, `${STORE}/refs/horizon`);
}

/** The snapshots among `starts`, and before them, that a model knows nothing of; what is not there is left out. */
export async function seeStrangers(
  opened: OpenedStore,
  starts: Iterable<ObjectId>,
  model: Model,
): Promise<Map<ObjectId, ModelSnapshot>> {
  const strangers = new Map<ObjectId, ModelSnapshot>();
  for (const start of starts) {
    for (
      let id: ObjectId | undefined = start;
      id !== undefined && !model.snapshots.has(id) && !strangers.has(id);
    ) {
      const snapshot = await seeSnapshot(opened, id, model);
      if (snapshot === undefined) break;
      strangers.set(id, snapshot);
      [id] = snapshot.parents;
    }
  }
  return strangers;
}

async function seeSnapshot(
  { store }: OpenedStore,
  id: ObjectId,
  model: Model,
): Promise<ModelSnapshot | undefined> {
  if (!(await store.has(id))) return undefined;
  const snapshot = await readFirst(store.log(id));
  if (snapshot === undefined) return undefined;
  const numbers = new Map(model.contents.map((content, at) => [content.id, at]));
  const set = new Map<string, ModelMember>();
  await using view = await store.view(id);
  for await (const { path, entry } of view.entries()) {
    const { kind, attributes } = entry;
    const content = kind === 'folder' ? -1 : numbers.get(entry.id);
    if (kind === 'symlink' || content === undefined) return undefined; // nobody ever put it
    set.set(decodeText(path)!, { kind, content, attributes: Object.fromEntries(attributes) });
  }
  const { parents, timeSeconds } = snapshot;
  return { set, parents, timeSeconds };
}

async function readFirst(steps: AsyncIterable<HistoryStep>): Promise<Snapshot | undefined> {
  for await (const { snapshot } of steps) return snapshot;
  return undefined;
}

/** A whole store beside its model: everything that has to be there is, and nothing is that must not be. */

import { equalBytes } from '../../../src/bytes/compare.ts';
import type { ObjectId } from '../../../src/hash/object-id.ts';
import { isSameBook } from './label-model.ts';
import type { Model } from './model.ts';
import type { OpenedStore } from './open-store.ts';
import { codeOf } from './orders.ts';
import { findingsOf, historyOf, listSet } from './perform.ts';
import { haveSameMembers } from './same-members.ts';
import { formatSet } from './set-model.ts';
import { seeBook } from './sight.ts';

/** What is wrong, in words; empty where nothing is. @param nowMs milliseconds since 1970 */
export async function findDivergences(opened: OpenedStore, model: Model, nowMs: number): Promise<string[]> {
  const wrong: string[] = [];
  if (!isSameBook(await seeBook(opened), model.labels.book)) wrong.push('other labels');
  for (const [name, { id }] of model.labels.book) {
    const history = await historyOf(opened.store, name);
    if (!haveSameMembers(history, model.historyOf(id))) wrong.push(`another history of '${name}'`);
  }
  const snapshots = new Set([...model.reached(), ...model.kept(Math.floor(nowMs / 1000))]);
  for (const id of snapshots) wrong.push(...(await findOtherSet(opened, model, id)));
  wrong.push(...(await findOtherContents(opened, model, snapshots)));
  wrong.push(...(await findDamage(opened)));
  return wrong;
}

/** What is stopped half way leaves what a check warns of, and what it then mends. */
async function findDamage({ store }: OpenedStore): Promise<string[]> {
  const found = await findingsOf(store);
  if (found.length === 0 || found.some((line) => line.startsWith('error'))) return found;
  for await (const { severity, message } of store.fsck({ mode: 'repair' }))
    if (severity === 'error') found.push(message);
  const left = (await findingsOf(store)).filter((line) => !line.includes('trash-corrupt'));
  return left.map((line) => `not mended: ${line}; before: ${found.join('; ')}`);
}

async function findOtherSet({ store }: OpenedStore, model: Model, id: ObjectId): Promise<string[]> {
  const snapshot = model.snapshots.get(id);
  if (snapshot === undefined) return [`nothing is known of snapshot ${id}`];
  try {
    await using view = await store.view(id);
    return (await listSet(view)) === formatSet(snapshot.set, model.idOf) ? [] : [`another set in ${id}`];
  } catch (error) {
    return [`snapshot ${id} cannot be read: ${String(error)}`];
  }
}

/** Contents that are not there, or not as they were put: of these snapshots, and of what was put by itself. */
export async function findOtherContents(
  { store, waiting }: OpenedStore,
  model: Model,
  snapshots: ReadonlySet<ObjectId>,
): Promise<string[]> {
  const wrong: string[] = [];
  const needed = new Set([
    ...model.stored.keys(),
    ...waiting.keys(),
    ...Array.from(snapshots, (id) => model.contentsOf(id)).flat(),
  ]);
  for (const content of needed) {
    if (model.purged.has(content)) continue;
    const { id, bytes } = model.contents[content]!;
    try {
      if (!equalBytes(await store.get(id), bytes)) wrong.push(`other bytes of content ${content}`);
    } catch (error) {
      wrong.push(`content ${content} cannot be read: ${codeOf(error) ?? String(error)}`);
    }
  }
  return wrong;
}

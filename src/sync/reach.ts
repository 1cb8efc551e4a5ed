/** What of a store somebody may name by its id. */

import { onlyAmong } from '../bundle/limited-objects.ts';
import { walkReachable } from '../graph/reachable.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { ReferenceSet } from '../object/role.ts';
import type { ObjectReader } from '../odb/object-store.ts';
import { readHorizon } from '../store/horizon.ts';
import type { Repository } from '../store/repository.ts';
import type { Rights } from './rights.ts';

/** What the labels reach that may be read; walked when it is first asked for, and again once labels have moved. */
export class Reach {
  readonly #repository: Repository;
  readonly #rights: Rights;
  #walked: { readonly tips: string; readonly marks: Promise<ReferenceSet> } | undefined;

  constructor(repository: Repository, rights: Rights) {
    this.#repository = repository;
    this.#rights = rights;
  }

  /** Objects that may be read; `undefined`: all. */
  async reader(): Promise<ObjectReader | undefined> {
    const marks = await this.#marks();
    if (marks === undefined) return undefined;
    const readable = { has: async (id: ObjectId) => marks.hasAny(id), ids: () => idsOf(marks) };
    return onlyAmong(readable, this.#repository.objects);
  }

  /** Those of `ids` that are snapshots it may name. */
  async snapshotsAmong(ids: readonly ObjectId[]): Promise<readonly ObjectId[]> {
    const marks = ids.length === 0 ? undefined : await this.#marks();
    return marks === undefined ? ids : ids.filter((id) => marks.has('snapshot', id));
  }

  async hasContent(id: ObjectId): Promise<boolean> {
    const marks = await this.#marks();
    return marks === undefined ? this.#repository.objects.has(id) : marks.has('content', id);
  }

  async #marks(): Promise<ReferenceSet | undefined> {
    if (this.#rights.reach === 'store') return undefined;
    const labels = (await this.#repository.labels.list()).filter(({ name }) => this.#rights.mayRead(name));
    const roots = labels.map(({ id }) => id);
    const tips = roots.join();
    if (this.#walked?.tips !== tips) this.#walked = { tips, marks: this.#walk(roots) };
    return this.#walked.marks;
  }

  async #walk(roots: readonly ObjectId[]): Promise<ReferenceSet> {
    const { files, layout, named } = this.#repository;
    const marks = new ReferenceSet();
    const horizon = await readHorizon(files, layout.horizon);
    for await (const _ of walkReachable(named, roots, { horizon, marks })) continue;
    return marks;
  }
}

async function* idsOf(marks: ReferenceSet): AsyncGenerator<ObjectId> {
  for (const role of ['snapshot', 'tree', 'content'] as const) yield* marks.ids(role);
}

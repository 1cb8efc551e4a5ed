/** The labels of an open store, by names and revisions as text. */
import { RefusedError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { Expectation, LabelAction, LabelEdit } from '../label/edit.ts';
import type { LabelHistoryEntry } from '../label/history.ts';
import { parseKeep } from '../label/keep.ts';
import type { Label } from '../label/label.ts';
import { type LabelName, parseLabelName } from '../label/name.ts';
import { leasePlaceOf, takeLease } from '../store/lease.ts';
import type { Repository } from '../store/repository.ts';
import { resolveSnapshot } from '../store/resolve.ts';
import { reviveUnkept } from '../store/revive.ts';
import { updateLabels } from '../store/update-labels.ts';

/** What to do with one label; `to` and `at` are revisions, `keep` is `all`, `N` or `Nd`. */
export type LabelRequest = {
  readonly name: string;
  /** What it must be before: a revision, or `none`. @default `none` for `create`, else any that is there */
  readonly expect?: string;
  /** Also where the label is protected, or something is gone that the snapshot reaches. @default false */
  readonly force?: boolean;
} & LabelVerb;

/** The change itself, and what it needs to know. */
export type LabelVerb =
  /** Fails where the label exists. */
  | { readonly verb: 'create'; readonly at: string; readonly isProtected?: boolean; readonly keep?: string }
  /** Fails where it does not. */
  | { readonly verb: 'move'; readonly at: string }
  /** Goes back to the value before the last change of value. Fails where the label moves meanwhile. */
  | { readonly verb: 'undo' }
  | { readonly verb: 'rename'; readonly to: string }
  | { readonly verb: 'delete' }
  | { readonly verb: 'protect' }
  | { readonly verb: 'unprotect' }
  | { readonly verb: 'keep'; readonly keep: string };

/** How labels are changed. */
export interface UpdateOptions {
  /** Why, for the log. @default the verbs */
  readonly reason?: string;
  readonly signal?: AbortSignal;
}

/** Reads and changes the labels of one store. */
export class Labels {
  readonly #repository: Repository;
  /** Who changes labels, for their log. */
  readonly who: string;

  constructor(repository: Repository, who: string) {
    this.#repository = repository;
    this.who = who;
  }

  /** @throws InvalidInputError `LABEL_NAME_INVALID` */
  async get(name: string): Promise<Label | undefined> {
    return this.#repository.labels.get(parseLabelName(name));
  }

  /** All, sorted by the bytes of their names. */
  list(): Promise<Label[]> {
    return this.#repository.labels.list();
  }

  /** Every change of a label, newest first; renames are followed. Empty where nothing is known of it. */
  log(name: string): Promise<LabelHistoryEntry[]> {
    return this.#repository.labels.history(parseLabelName(name));
  }

  /**
   * Does all of `requests` or none; durable when it resolves.
   *
   * @returns whether anything changed
   * @throws ConflictError `LABEL_MOVED` @throws NotFoundError `LABEL_NOT_FOUND`, and as revisions
   * @throws RefusedError `LABEL_PROTECTED`, `NOTHING_TO_UNDO`, `SNAPSHOT_INCOMPLETE`
   * @throws InvalidInputError `LABEL_NAME_INVALID`, `LABEL_CLASH`, `LABEL_EDITED_TWICE`, `KEEP_INVALID`
   */
  async update(requests: readonly LabelRequest[], options: UpdateOptions = {}): Promise<boolean> {
    const { reason = [...new Set(requests.map(({ verb }) => verb))].join(', '), signal } = options;
    const edits: LabelEdit[] = [];
    for (const request of requests) edits.push(await this.#editOf(request));
    const targets = edits.flatMap(({ action, expect, force = false }) =>
      action.kind === 'set'
        ? [{ id: action.id, force, ...(expect.kind === 'id' && { after: expect.id }) }]
        : [],
    );
    await using _lease = targets.length === 0 ? undefined : await takeLease(leasePlaceOf(this.#repository));
    await reviveUnkept(this.#repository, targets, signal);
    const record = await updateLabels(this.#repository, edits, {
      who: this.who,
      reason,
      ...(signal && { signal }),
    });
    return record !== undefined;
  }

  async #editOf(request: LabelRequest): Promise<LabelEdit> {
    const { force = false } = request;
    const name = parseLabelName(request.name);
    const expect = await this.#expectationOf(name, request); // first: an undo is of the value that was read here
    return { name, expect, action: await this.#actionOf(request), force };
  }

  async #expectationOf(name: LabelName, { verb, expect }: LabelRequest): Promise<Expectation> {
    if (expect === 'none') return { kind: 'absent' };
    if (expect !== undefined) return { kind: 'id', id: await this.#snapshotAt(expect) };
    if (verb === 'create') return { kind: 'absent' };
    const now = verb === 'undo' ? await this.#repository.labels.get(name) : undefined;
    return now === undefined ? { kind: 'present' } : { kind: 'id', id: now.id };
  }

  async #actionOf(request: LabelRequest): Promise<LabelAction> {
    switch (request.verb) {
      case 'create': {
        const { isProtected, keep } = request;
        return {
          kind: 'set',
          id: await this.#snapshotAt(request.at),
          ...(isProtected !== undefined && { isProtected }),
          ...(keep !== undefined && { keep: parseKeep(keep) }),
        };
      }
      case 'move':
        return { kind: 'set', id: await this.#snapshotAt(request.at) };
      case 'undo':
        return { kind: 'set', id: await this.#valueBefore(request.name) };
      case 'rename':
        return { kind: 'rename', to: parseLabelName(request.to) };
      case 'keep':
        return { kind: 'keep', keep: parseKeep(request.keep) };
      case 'delete':
      case 'protect':
      case 'unprotect':
        return { kind: request.verb };
    }
  }

  async #snapshotAt(revision: string): Promise<ObjectId> {
    return (await resolveSnapshot(this.#repository, revision)).id;
  }

  async #valueBefore(text: string): Promise<ObjectId> {
    const value = await this.#repository.labels.valueAt(parseLabelName(text), 1);
    if (value.kind === 'id') return value.id;
    throw new RefusedError('NOTHING_TO_UNDO', `label '${text}' has no value before this one`, {
      hint: `see 'cas reflog ${text}', or delete it with 'cas label delete ${text}'`,
    });
  }
}

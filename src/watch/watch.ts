/**
 * What happens in a store, told as it happens, by this process or any other: changes of labels, and objects that come.
 *
 * Each is told at least once to whoever goes on from the cursor of the last event that they dealt with; what came within
 * seconds before a cursor may be told again, and so may objects that were packed anew within minutes after they came.
 */
import type { ObjectId } from '../hash/object-id.ts';
import type { LogFollower } from '../label/log-follower.ts';
import type { LabelName } from '../label/name.ts';
import type { Repository } from '../store/repository.ts';
import { Bell } from './bell.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import { PutFinder } from './put-finder.ts';

/** One thing that happened. */
export type StoreEvent = LabelEvent | PutEvent;

/** A label was made, moved, deleted, or changed its properties; a rename is the end of one label and another's start. */
export interface LabelEvent {
  readonly kind: 'label';
  readonly name: LabelName;
  /** `undefined` where there was no label. */
  readonly old: ObjectId | undefined;
  /** `undefined` where there is none any more. */
  readonly new: ObjectId | undefined;
  /** The number of the transaction, which may have changed several labels. */
  readonly n: number;
  readonly timeSeconds: number;
  readonly who: string;
  readonly why: string;
  /** Where to go on after this event. */
  readonly cursor: string;
}

/** An object is in the store that was not, as far as can be told; of a pack, perhaps long after it was written. */
export interface PutEvent {
  readonly kind: 'put';
  readonly id: ObjectId;
  readonly cursor: string;
}

/** From where a store is watched, and how it ends. */
export interface WatchOptions {
  /** The cursor of the last event that was dealt with; `0` is before everything that is known. @default now */
  readonly since?: string;
  /** Ends it at once, with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How long it takes at the most until a change is looked for, where the system tells of none. @default 500 */
  readonly pollMs?: number;
}

const POLL_MS = 500;

/** A cursor after all that has happened until now. */
export async function readCursor(repository: Repository): Promise<string> {
  return (await Watcher.start(repository, undefined)).cursor;
}

/**
 * Events as they come; it ends by its signal, or when no more are asked for. Between a change of a label and an object
 * there is no order, and an object may be there before it is told.
 *
 * @throws InvalidInputError `CURSOR_INVALID` @throws NotFoundError `CURSOR_GONE` where the log of labels has dropped
 * what came after the cursor @throws CorruptError `LABEL_LOG_CORRUPT`
 */
export async function* watchStore(
  repository: Repository,
  options: WatchOptions = {},
): AsyncGenerator<StoreEvent> {
  const { since, signal, pollMs = POLL_MS } = options;
  signal?.throwIfAborted();
  const { files, layout } = repository;
  await using bell = new Bell(files, [layout.refs, `${layout.objects}/pack`]); // first: what comes from here on rings
  const watcher = await Watcher.start(repository, since);
  for (;;) {
    for await (const event of watcher.look()) {
      signal?.throwIfAborted();
      yield event;
    }
    await bell.wait({ pollMs, signal });
  }
}

class Watcher {
  readonly #labels: LogFollower;
  readonly #puts: PutFinder;

  private constructor(labels: LogFollower, puts: PutFinder) {
    this.#labels = labels;
    this.#puts = puts;
  }

  static async start(repository: Repository, since: string | undefined): Promise<Watcher> {
    if (since !== undefined) {
      const { mark, putNs } = parseCursor(since);
      return new Watcher(await repository.labels.follow(mark), new PutFinder(repository, putNs));
    }
    const puts = new PutFinder(repository, 0n);
    await puts.skip();
    return new Watcher(await repository.labels.follow(), puts);
  }

  get cursor(): string {
    return formatCursor({ mark: this.#labels.mark, putNs: this.#puts.sinceNs });
  }

  /** All that is new since the last look. */
  async *look(): AsyncGenerator<StoreEvent> {
    for await (const ids of this.#puts.next())
      for (const id of ids) yield { kind: 'put', id, cursor: this.cursor };
    for await (const { record, mark } of this.#labels.next()) {
      const { changes, n, timeSeconds, who, why } = record;
      const after = formatCursor({ mark, putNs: this.#puts.sinceNs });
      for (const [at, { name, old, new: next }] of changes.entries()) {
        const cursor = at === changes.length - 1 ? after : this.cursor; // a transaction is told whole, or again
        yield { kind: 'label', name, old, new: next, n, timeSeconds, who, why, cursor };
      }
    }
  }
}

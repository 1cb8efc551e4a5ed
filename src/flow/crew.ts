/**
 * Threads that do the same work, each on tasks of its own.
 *
 * A worker's program is one file, which the build lays beside the program that asks for it. Where there is no such
 * file, as when the sources run as they are, there is no crew, and who asked does the work by the same functions.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type * as Threads from 'node:worker_threads';
import { SystemError } from '../errors/errors.ts';
import { type CarriedError, packError, unpackError } from './carried-error.ts';

export interface CrewOptions {
  /** How many, 1 or more; they start at once. */
  readonly threads: number;
  /** Given to each of them along with every task. @default undefined */
  readonly data?: unknown;
  /** Tasks that a worker may have at a time, so that it need not wait for the next. @default 2 */
  readonly ahead?: number;
}

export interface Crew<Task, Answer> extends AsyncDisposable {
  readonly threads: number;
  /**
   * What a worker answers; tasks wait here until one is free, in the order in which they came.
   *
   * @param transfer what the worker gets and the caller loses, instead of a copy
   * @throws what the work throws, of the same class
   * @throws SystemError `WORKER_FAILED` where any of the threads died, or the crew was dismissed
   */
  run(task: Task, transfer?: readonly ArrayBuffer[]): Promise<Answer>;
}

/** What a worker hands back. */
export interface CrewAnswer<Answer> {
  readonly answer: Answer;
  /** What the worker loses instead of copying it. @default none */
  readonly transfer?: readonly ArrayBuffer[];
}

/** What a worker does; it is given the crew's `data` with every task. */
export type CrewWork<Task, Answer> = (
  task: Task,
  data: unknown,
) => CrewAnswer<Answer> | Promise<CrewAnswer<Answer>>;

/** Loaded when threads are wanted: most commands want none, and it is slow to load. */
const threadsModule = (): typeof Threads => process.getBuiltinModule('node:worker_threads');

type Reply<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'failure'; readonly error: CarriedError };

/**
 * @param script the program of a worker as the library's build has it, `….js`; beside a bundle its name ends in `.cjs`
 * @returns `undefined` where there is no such file
 */
export function openCrew<Task, Answer>(script: URL, options: CrewOptions): Crew<Task, Answer> | undefined {
  const found = [script, new URL(script.href.replace(/\.js$/, '.cjs'))].find((url) =>
    existsSync(fileURLToPath(url)),
  );
  return found && new WorkerCrew<Task, Answer>(found, options);
}

/** What the file of a worker's program calls, once: does each task that comes, one after the other. */
export function serveCrew<Task, Answer>(work: CrewWork<Task, Answer>): void {
  const { parentPort: port, workerData } = threadsModule();
  if (port === null) throw new TypeError('this program is for a worker thread');
  let last: Promise<void> = Promise.resolve();
  const serve = async (task: Task): Promise<void> => {
    try {
      const { answer, transfer = [] } = await work(task, workerData);
      port.postMessage({ kind: 'answer', answer } satisfies Reply<Answer>, transfer);
    } catch (error) {
      port.postMessage({ kind: 'failure', error: packError(error) } satisfies Reply<Answer>);
    }
  };
  port.on('message', (task: Task) => {
    last = last.then(() => serve(task));
  });
}

interface Waiting<Task, Answer> {
  readonly task: Task;
  readonly transfer: readonly ArrayBuffer[];
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** One thread, and the tasks that it has: it answers them in the order in which they were given. */
interface Member<Task, Answer> {
  readonly worker: Threads.Worker;
  readonly tasks: Waiting<Task, Answer>[];
}

class WorkerCrew<Task, Answer> implements Crew<Task, Answer> {
  readonly threads: number;
  readonly #ahead: number;
  readonly #members: readonly Member<Task, Answer>[];
  #queue: Waiting<Task, Answer>[] = [];
  #failure: SystemError | undefined;

  constructor(script: URL, { threads, data, ahead = 2 }: CrewOptions) {
    this.threads = threads;
    this.#ahead = ahead;
    this.#members = Array.from({ length: threads }, () => this.#hire(script, data));
  }

  run(task: Task, transfer: readonly ArrayBuffer[] = []): Promise<Answer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, transfer, resolve, reject });
      this.#handOut();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#fail(new SystemError('WORKER_FAILED', 'the workers were dismissed'));
    await Promise.all(this.#members.map(({ worker }) => worker.terminate()));
  }

  #hire(script: URL, data: unknown): Member<Task, Answer> {
    const worker: Threads.Worker = new (threadsModule().Worker)(script, { workerData: data, execArgv: [] });
    const member: Member<Task, Answer> = { worker, tasks: [] };
    worker.on('message', (reply: Reply<Answer>) => this.#settle(member, reply));
    worker.on('error', (cause) => this.#fail(workerFailed(cause)));
    worker.on('messageerror', (cause) => this.#fail(workerFailed(cause)));
    worker.on('exit', (code) => this.#fail(workerFailed(`it ended with code ${code}`)));
    return member;
  }

  /** The one with the least to do is next, so that all have something before any has more. */
  #handOut(): void {
    while (this.#queue.length > 0) {
      const member = this.#members.reduce((least, other) =>
        other.tasks.length < least.tasks.length ? other : least,
      );
      if (member.tasks.length >= this.#ahead) return;
      const next = this.#queue.shift()!;
      try {
        member.worker.postMessage(next.task, next.transfer);
        member.tasks.push(next);
      } catch (error) {
        next.reject(error); // a task that cannot be sent
      }
    }
  }

  #settle(member: Member<Task, Answer>, reply: Reply<Answer>): void {
    const done = member.tasks.shift();
    this.#handOut();
    if (reply.kind === 'answer') done?.resolve(reply.answer);
    else done?.reject(unpackError(reply.error));
  }

  /** Nothing is known of what a lost thread was doing: all that waits fails, and so does all that comes. */
  #fail(error: SystemError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    const waiting = [...this.#members.flatMap(({ tasks }) => tasks.splice(0)), ...this.#queue];
    this.#queue = [];
    for (const { reject } of waiting) reject(error);
  }
}

function workerFailed(cause: unknown): SystemError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SystemError('WORKER_FAILED', `a worker thread failed: ${reason}`, {
    hint: 'try again; where it runs out of memory, on a machine with more',
    cause,
  });
}

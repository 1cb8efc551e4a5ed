/** A disk of which one call fails, or all from then on. */
import { fileError } from '../../../src/files/file-error.ts';
import type { FileSystem } from '../../../src/files/file-system.ts';
import { errnoError } from '../../../test/fakes/disk-paths.ts';

export interface FailingCall {
  readonly errno: 'EIO' | 'ENOSPC';
  /** Which of the calls fails, from 0. */
  readonly at: number;
  readonly times: 'once' | 'from then on';
}

/** What a full disk refuses. */
const CHANGES: ReadonlySet<string> = new Set(['write', 'truncate', 'makeFolder', 'rename', 'link', 'sync']);
const QUIET: ReadonlySet<string> = new Set(['close', 'watch', 'name']);
/** Whose owner lives on after a failure, which no other process could tell from one at work. */
const OF_WORK = /lock|leases/;

export class FailingFiles {
  readonly files: FileSystem;
  readonly #call: FailingCall | undefined;
  #calls = 0;

  constructor(files: FileSystem, call: FailingCall | undefined) {
    this.#call = call;
    this.files = this.#wrap(files, '');
  }

  /** How many calls there were that could have failed. */
  get calls(): number {
    return this.#calls;
  }

  /** @param place the path of an open file; '' of the file system, whose calls have paths themselves */
  #wrap<Target extends object>(target: Target, place: string): Target {
    return new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (typeof name === 'symbol' || QUIET.has(name)) return value.bind(target) as unknown;
        return (...words: readonly unknown[]) => {
          const path = place === '' ? String(words[0]) : place;
          const failure = this.#count(name, path);
          if (failure !== undefined && name.endsWith('Now')) throw failure;
          if (failure !== undefined) return Promise.reject(failure);
          const answer: unknown = value.apply(target, words);
          return answer instanceof Promise
            ? answer.then((each: unknown) => this.#wrapOpened(each, path))
            : this.#wrapOpened(answer, path);
        };
      },
    });
  }

  #wrapOpened(answer: unknown, path: string): unknown {
    const isOpenFile = typeof answer === 'object' && answer !== null && 'truncate' in answer;
    return isOpenFile ? this.#wrap(answer, path) : answer;
  }

  #count(name: string, path: string): Error | undefined {
    if (OF_WORK.test(path)) return undefined;
    const call = this.#call;
    if (call?.errno === 'ENOSPC' && !CHANGES.has(name)) return undefined;
    const at = this.#calls++;
    if (call === undefined || at < call.at || (at > call.at && call.times === 'once')) return undefined;
    return fileError(errnoError(call.errno), name, path);
  }
}

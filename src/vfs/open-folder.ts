/** A folder that is open, as `opendir` gives it: its members are those that it had when it was opened. */
import type { Dir, Dirent } from 'node:fs';
import { type ListingOptions, readFolder } from './listing.ts';
import { bytesOfPath, type PathLike, textOfName } from './names.ts';
import type { ViewState } from './view-state.ts';
import { doNow, doWaiting, type Work } from './work.ts';

type Done<Value> = (error: Error | null, value: Value) => void;
type Options = Pick<ListingOptions, 'encoding' | 'recursive'> | null;

/** @throws as `readFolder`, of `opendir` */
export async function openFolder(state: ViewState, path: PathLike, options?: Options): Promise<Dir> {
  return doWaiting(state.objects, opened(state, path, options));
}

/** As {@link openFolder}, at once. */
export function openFolderNow(state: ViewState, path: PathLike, options?: Options): Dir {
  return doNow(state.objects, opened(state, path, options));
}

function* opened(state: ViewState, path: PathLike, options?: Options): Work<Dir> {
  const listing = { ...options, withFileTypes: true, syscall: 'opendir' };
  const members = (yield* readFolder(state, path, listing)) as Dirent[];
  return new OpenFolder(textOfName(bytesOfPath(path)), members);
}

class OpenFolder implements Dir {
  readonly path: string;
  readonly #members: readonly Dirent[];
  #next = 0;
  #isOpen = true;

  constructor(path: string, members: readonly Dirent[]) {
    this.path = path;
    this.#members = members;
  }

  readSync(): Dirent | null {
    this.#check();
    return this.#members[this.#next++] ?? null;
  }

  closeSync(): void {
    this.#check();
    this.#isOpen = false;
  }

  read(): Promise<Dirent | null>;
  read(done: Done<Dirent | null>): void;
  read(done?: Done<Dirent | null>): Promise<Dirent | null> | undefined {
    return answer(() => this.readSync(), done);
  }

  close(): Promise<void>;
  close(done: (error?: Error | null) => void): void;
  close(done?: (error?: Error | null) => void): Promise<void> | undefined {
    return answer(() => this.closeSync(), done);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Dirent, undefined> {
    try {
      for (let member = this.readSync(); member !== null; member = this.readSync()) yield member;
    } finally {
      if (this.#isOpen) this.closeSync();
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOpen) this.closeSync();
  }

  #check(): void {
    if (this.#isOpen) return;
    throw Object.assign(new Error('Directory handle was closed'), { code: 'ERR_DIR_CLOSED' });
  }
}

/** By callback where there is one, else by promise. */
function answer<Value>(work: () => Value, done: Done<Value> | undefined): Promise<Value> | undefined {
  const promise = (async () => work())();
  if (done === undefined) return promise;
  promise.then(
    (value) => process.nextTick(done, null, value),
    (error: unknown) => process.nextTick(done, error),
  );
  return undefined;
}

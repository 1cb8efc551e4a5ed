/** A group of processes that may have so much memory together, and are killed where they take more. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const GROUPS = '/sys/fs/cgroup/memory';
const LIMIT = 'memory.limit_in_bytes';
const MOST_TEXT_BYTES: number = 2 ** 24;

/** @returns what is missing; `undefined` where all is there */
export function missingForCells(): string | undefined {
  if (process.getuid?.() !== 0) return 'it takes root to limit memory';
  return existsSync(join(GROUPS, LIMIT)) ? undefined : 'there are no memory cgroups (version 1)';
}

/** How a process in a cell ended. */
export interface CellRun {
  /** `undefined` where it was killed. */
  readonly status: number | undefined;
  /** What it said. */
  readonly text: string;
  /** What it complained of. */
  readonly complaint: string;
}

export class MemoryCell implements Disposable {
  readonly #folder: string;

  /** @param limitBytes of everything that processes in it hold, the pages of files that they wrote and that are not yet on a disk too */
  constructor(limitBytes: number) {
    this.#folder = join(GROUPS, `caskit-torture-${process.pid}-${limitBytes}`);
    mkdirSync(this.#folder);
    writeFileSync(join(this.#folder, LIMIT), `${limitBytes}`);
  }

  /** Runs a Node program to its end. @param words the program, and what it is told */
  run(words: readonly string[]): CellRun {
    const enter = 'echo $$ > "$0" && exec "$@"';
    const inside = ['-c', enter, join(this.#folder, 'cgroup.procs'), process.execPath, ...words];
    const { status, stdout, stderr } = spawnSync('sh', inside, {
      encoding: 'utf8',
      maxBuffer: MOST_TEXT_BYTES,
    });
    return { status: status ?? undefined, text: stdout, complaint: stderr };
  }

  [Symbol.dispose](): void {
    rmdirSync(this.#folder);
  }
}

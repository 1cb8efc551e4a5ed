/** System calls of a process that fail when they are told to: what `fault.c` does, from the side of who asks for it. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Ground } from '../../attack.ts';

/** What becomes of a call. Numbered as in `fault.c`. */
const HARMS = ['none', 'fails', 'kills', 'writes half', 'close fails', 'sync lies'] as const;

export interface FailingCall {
  readonly harm: (typeof HARMS)[number];
  /** Which of the calls that can be harmed so, from 1. */
  readonly at: number;
  /** @default 0 */
  readonly errno?: number;
  /** @default 'once' */
  readonly times?: 'once' | 'from then on';
}

/** What a process called. */
export interface CallCounts {
  /** Calls that changed something, or were to. */
  readonly changes: number;
  /** Of these. */
  readonly writes: number;
  /** Of files that were open for writing. */
  readonly closes: number;
  readonly wasReached: boolean;
}

/** Why calls cannot be made to fail here; `undefined` where they can. */
export function missingForFailingCalls(): string | undefined {
  if (process.platform !== 'linux') return 'only on Linux can calls be caught';
  return spawnSync('gcc', ['--version']).status === 0 ? undefined : 'gcc is not installed';
}

const FIELDS = 8;
const BYTES = 8;

/** Of all processes that are started with its `env`. */
export class FailingCalls implements Disposable {
  readonly env: NodeJS.ProcessEnv;
  readonly #control: number;

  /**
   * @param ground where the library is built
   * @param under paths that begin so are meant
   */
  constructor(ground: Ground, under: string) {
    const library = join(ground.folder, 'fault.so');
    const source = ground.source('fault.c');
    const { status, stderr } = spawnSync('gcc', ['-O1', '-shared', '-fPIC', '-o', library, source, '-ldl']);
    if (status !== 0) throw new Error(stderr.toString());
    const control = join(ground.folder, 'fault-control');
    this.#control = openSync(control, 'w+');
    this.env = { LD_PRELOAD: library, FAULT_CONTROL: control, FAULT_UNDER: under };
    this.disarm();
  }

  /** Counts from here, and harms what is asked for. */
  arm({ harm, at, errno = 0, times = 'once' }: FailingCall): void {
    const onwards = times === 'once' ? 0 : 1;
    this.#write([HARMS.indexOf(harm), at, errno, onwards, 0, 0, 0, 0]);
  }

  /** Harms nothing any more. @returns what was called since it was armed */
  disarm(): CallCounts {
    const bytes = Buffer.alloc(FIELDS * BYTES);
    readSync(this.#control, bytes, 0, bytes.length, 0);
    const [changes = 0, writes = 0, closes = 0, reached = 0] = [4, 5, 6, 7].map((field) =>
      Number(bytes.readBigInt64LE(field * BYTES)),
    );
    this.#write([0, 0, 0, 0, 0, 0, 0, 0]);
    return { changes, writes, closes, wasReached: reached === 1 };
  }

  #write(fields: readonly number[]): void {
    const bytes = Buffer.alloc(FIELDS * BYTES);
    for (const [field, value] of fields.entries()) bytes.writeBigInt64LE(BigInt(value), field * BYTES);
    writeSync(this.#control, bytes, 0, bytes.length, 0);
  }

  [Symbol.dispose](): void {
    closeSync(this.#control);
  }
}

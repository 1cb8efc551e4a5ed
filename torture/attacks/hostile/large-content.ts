/** A file of 2 GB goes in and comes out in every form, in a process that may have 192 MB. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initStore } from '../../../src/index.ts';
import { type Attack, BrokenPromise, type Campaign, type Counts, type Ground } from '../../attack.ts';
import { noise } from '../../noise.ts';
import { MemoryCell, missingForCells } from './memory-cell.ts';
import { readReports } from './step-report.ts';

const LIMIT_BYTES: number = 192 * 2 ** 20;
const FILE_BYTES: number = 2 ** 31;
const PIECE_BYTES: number = 2 ** 24;
/** Of statfs(2), for a file system in memory: what is written there is memory of the process. */
const TMPFS = 0x01021994;
const KINDS = ['noise', 'text', 'nothing but zeros'] as const;

export const largeContent: Attack = {
  name: 'large-content',
  trials: 'files of 2 GB',
  bar: KINDS.length,
  share: 0,
  missing: () => missingForCells() ?? missingDisk(),
  prepare: (ground) => Promise.resolve(new LargeContent(ground)),
};

function missingDisk(): string | undefined {
  const { type, bavail, bsize } = statfsSync(tmpdir());
  if (type === TMPFS) return `the folder for temporary files, ${tmpdir()}, lies in memory`;
  return bavail * bsize < 8 * FILE_BYTES ? `less than ${(8 * FILE_BYTES) / 2 ** 30} GB are free` : undefined;
}

class LargeContent implements Campaign {
  readonly #ground: Ground;
  readonly #cell: MemoryCell = new MemoryCell(LIMIT_BYTES);
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'caskit-large-'));

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** One for each kind of content. */
  async attempt(seed: number): Promise<Counts | undefined> {
    const kind = KINDS[seed - 1];
    if (kind === undefined) return undefined;
    rmSync(this.#folder, { recursive: true, force: true });
    const [set, scratch] = [join(this.#folder, 'set'), join(this.#folder, 'scratch')];
    for (const folder of [set, scratch]) mkdirSync(folder, { recursive: true });
    const file = join(set, 'file');
    writeContent(file, kind);
    const store = join(this.#folder, '.cas');
    await (await initStore(store)).close();
    const program = this.#ground.program('large-content');
    const { status, text, complaint } = this.#cell.run([program, store, file, scratch]);
    const reports = readReports(text);
    const failed = reports.find(({ outcome }) => outcome !== 'done');
    if (status !== 0 || failed !== undefined)
      throw new BrokenPromise([`${kind}: ${failed?.step} ${failed?.outcome}`, complaint.trim()]);
    return { [kind]: 1, steps: reports.length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    this.#cell[Symbol.dispose]();
  }
}

function writeContent(path: string, kind: (typeof KINDS)[number]): void {
  const next = noise(1);
  const line = (): string => `${next(3).toString('hex')} of ${next(2).toString('hex')}, and so on\n`;
  const text = Buffer.from(Array.from({ length: PIECE_BYTES / 32 }, line).join(''));
  appendFileSync(path, '');
  if (kind !== 'nothing but zeros')
    for (let bytes = 0; bytes < FILE_BYTES; bytes += PIECE_BYTES)
      appendFileSync(path, kind === 'noise' ? next(PIECE_BYTES) : text);
  truncateSync(path, FILE_BYTES);
}

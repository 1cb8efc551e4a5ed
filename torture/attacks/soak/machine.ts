/** A machine with one disk, on which processes run, die, and lose what was not synced when its power goes. */
import { toByteString } from '../../../src/bytes/byte-string.ts';
import type { FileSystem } from '../../../src/files/file-system.ts';
import type { Fault, FaultyCall } from '../../../test/fakes/faults.ts';
import { FaultyFileSystem } from '../../../test/fakes/faulty-file-system.ts';
import type { Loss } from '../../../test/fakes/power-cut.ts';
import { type Grounding, MortalFiles } from './mortal-files.ts';
import type { OwnTime } from './own-time.ts';

/** Where its one store lies. */
export const STORE: string = '/disk/.cas';
/** Where locks and leases lie, which say whose they are. */
const OWNED: readonly string[] = [STORE, `${STORE}/refs`, `${STORE}/leases`, `${STORE}/aliases`];
const OWNER = /^([!-~]+ [!-~]+ [0-9]+ )([0-9])([0-9]* )([0-9a-f]{32})\n/u;

export class Machine implements Grounding {
  readonly time: OwnTime;
  /** Whether those that are at work take turns at each call. */
  isBusy = false;
  /** Whether all die with the first of them, as they do when the power goes. */
  diesAtOnce = false;
  #disk: FaultyFileSystem;
  readonly #tickNs: bigint;
  #processes: MortalFiles[] = [];

  /** @param tickNs what the clock of its file system counts in */
  constructor(time: OwnTime, tickNs: bigint) {
    this.time = time;
    this.#tickNs = tickNs;
    // Without a journal, no process can know which names another one's failed sync has lost.
    this.#disk = new FaultyFileSystem({ nowNs: () => this.#fileTimeNs(), unsyncedNames: 'journal' });
  }

  get files(): FileSystem {
    return this.#disk;
  }

  async start(): Promise<void> {
    await this.#disk.makeFolder('/disk');
    await this.#disk.syncFolder('/');
  }

  turn(): Promise<void> | undefined {
    return this.isBusy ? this.time.turn() : undefined;
  }

  mourn(): void {
    if (this.diesAtOnce) for (const process of this.#processes) process.die();
  }

  startProcess(): MortalFiles {
    const process = new MortalFiles(this);
    this.#processes.push(process);
    return process;
  }

  /** Calls below the store fail. */
  fail({ errno, call, at, times }: Omit<Fault, 'call'> & { readonly call: FaultyCall | undefined }): void {
    this.#disk.fail({
      errno,
      path: /\.cas/u,
      ...(call && { call }),
      ...(at !== undefined && { at }),
      ...(times && { times }),
    });
  }

  heal(): void {
    this.#disk.heal();
  }

  /** What died holds its locks and leases, and everybody can tell that it is dead. */
  async bury(process: MortalFiles): Promise<void> {
    process.die();
    this.#processes = this.#processes.filter((other) => other !== process);
    await this.#disown((token) => process.tokens.has(token));
  }

  /** All processes are dead, and the disk is what it is after that. */
  async cutPower(loss: Loss): Promise<void> {
    for (const process of this.#processes) process.die();
    this.#processes = [];
    this.#disk = this.#disk.afterPowerCut(this.#disk.operations.length, loss);
    this.time.restart();
    await this.#disown(() => true);
  }

  /** To those who read it afterwards, whoever wrote the record began at another moment than who has its number now. */
  async #disown(isOf: (token: string) => boolean): Promise<void> {
    for await (const { path, line, token } of this.#owned()) {
      if (!isOf(token)) continue;
      const other = line.replace(
        OWNER,
        (_, before: string, digit: string, after: string) =>
          `${before}${(Number(digit) + 1) % 10}${after}${token}\n`,
      );
      await using file = await this.#disk.open(path, 'update');
      if (file === undefined) continue;
      const { modifiedNs } = await file.stat();
      await file.write(Buffer.from(other, 'latin1'), 0);
      await this.#disk.touch(path, Number(modifiedNs) / 1e9);
    }
  }

  async *#owned(): AsyncGenerator<{ readonly path: string; readonly line: string; readonly token: string }> {
    for (const folder of OWNED) {
      for (const { name, kind } of (await this.#disk.list(folder)) ?? []) {
        const path = `${folder}/${toByteString(name)}`;
        if (kind !== 'file' || !/lock|leases/u.test(path)) continue;
        const text = Buffer.from((await this.#disk.readFile(path, 1 << 20)) ?? []).toString('latin1');
        const [line, , , , token] = OWNER.exec(text) ?? [];
        if (line !== undefined && token !== undefined) yield { path, line, token };
      }
    }
  }

  #fileTimeNs(): bigint {
    const ns = this.time.fileTimeNs();
    return ns - (ns % this.#tickNs);
  }
}

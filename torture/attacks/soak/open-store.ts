/** One store as one process has it open, and what was put through it that nobody else has to see yet. */
import { openStore, type Store } from '../../../src/index.ts';
import type { CodecChoice } from '../../../src/zlib/choose.ts';
import { type Machine, STORE } from './machine.ts';
import type { MortalFiles } from './mortal-files.ts';

export class OpenedStore {
  readonly store: Store;
  readonly process: MortalFiles;
  /** The number of the step in which it was opened. */
  readonly openedAt: number;
  /** Contents that were put and not flushed, and when, in milliseconds since 1970. */
  readonly waiting: Map<number, number> = new Map();

  private constructor(store: Store, process: MortalFiles, openedAt: number) {
    this.store = store;
    this.process = process;
    this.openedAt = openedAt;
  }

  static async open(
    machine: Machine,
    { codec, step }: { readonly codec: CodecChoice; readonly step: number },
  ): Promise<OpenedStore> {
    const process = machine.startProcess();
    const store = await openStore(STORE, { files: process, zlib: codec, now: () => Date.now(), who: 'soak' });
    return new OpenedStore(store, process, step);
  }

  /** Ends as its process does: at once where that is dead. */
  async close(machine: Machine): Promise<void> {
    try {
      await this.store.close();
    } catch (error) {
      if (!this.process.isDead) throw error;
    }
    await machine.bury(this.process);
  }
}

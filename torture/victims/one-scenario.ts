/**
 * Makes one change to a store: `node one-scenario STORE NUMBER`, by its place in the list. Says `done`, or `refused`
 * and the code of the error.
 */
import { writeSync } from 'node:fs';
import { CasError, openStore, type Store } from '../../src/index.ts';
import { SCENARIOS } from '../scenarios.ts';

async function make(path: string, number: number): Promise<void> {
  let store: Store | undefined;
  try {
    store = await openStore(path);
    await SCENARIOS[number]?.run(store);
    await store.close();
    writeSync(1, 'done\n');
  } catch (error) {
    if (!(error instanceof CasError)) throw error;
    writeSync(1, `refused ${error.code}\n`);
    await store?.close().catch(() => undefined); // for the same reason
  }
}

void make(process.argv[2] ?? '', Number(process.argv[3]));

/**
 * Makes changes as it is asked to: `node scenario-runner FOLDER`, in which a trial has its place. Each line that it is
 * told is the number of a scenario; it answers with `done`, or with `refused` and the code of the error.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { CasError, openStore, type Store } from '../../src/index.ts';
import { placeIn, SCENARIOS } from '../scenarios.ts';

async function make(folder: string, number: number): Promise<string> {
  const place = placeIn(folder);
  let store: Store | undefined;
  try {
    store = await openStore(place.store);
    await SCENARIOS[number]?.run(store, place.beside);
    await store.close();
    return 'done';
  } catch (error) {
    if (!(error instanceof CasError)) throw error;
    await store?.close().catch(() => undefined); // for the same reason
    return `refused ${error.code}`;
  }
}

async function serve(folder: string): Promise<void> {
  for await (const line of createInterface(process.stdin))
    writeSync(1, `${await make(folder, Number(line))}\n`);
}

void serve(process.argv[2] ?? '');

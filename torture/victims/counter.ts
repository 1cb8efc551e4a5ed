/**
 * Adds one so many times to a number that others add to as well: `node counter STORE SEED TIMES NAME…`. The number is
 * what the labels of these names hold, all of them always the same; they move by compare-and-swap, and where another
 * was first, it looks again. Of each time it says `added` and the number; where two labels do not agree, `torn`.
 */
import { writeSync } from 'node:fs';
import { ConflictError, openStore, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { numberAt } from '../attacks/concurrency/counted.ts';

const [, , path = '', seed = '0', times = '0', ...names] = process.argv;
const say = (line: string): void => void writeSync(1, `${line}\n`);

/** What all labels are at, at one moment. */
async function readPlace(store: Store): Promise<string> {
  const labels = await store.labels.list();
  const ids = new Set(names.map((name) => labels.find((label) => label.name === name)?.id));
  if (ids.size > 1) say('torn');
  return [...ids][0] ?? '';
}

/** One label by a commit; several by one transaction, to a commit under a label of its own. */
async function move(store: Store, number: number, expect: string): Promise<void> {
  const source = fromEntries([{ path: 'number', content: `${number}` }]);
  const [first = '', ...others] = names;
  if (others.length === 0) {
    await store.commit(first, source, { expect: (await store.resolve(expect)).id });
    return;
  }
  const { id } = await store.commit(`by/${seed}`, source);
  await store.labels.update(names.map((name) => ({ verb: 'move', name, at: id, expect }) as const));
}

/** @returns whether nobody else was first */
async function addOne(store: Store): Promise<boolean> {
  const place = await readPlace(store);
  const number = (await numberAt(store, place)) + 1;
  try {
    await move(store, number, place);
    say(`added ${number}`);
    return true;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    if (error.code !== 'LABEL_MOVED') say(`refused ${error.code}`);
    return false;
  }
}

async function count(): Promise<void> {
  await using store = await openStore(path);
  for (let done = 0; done < Number(times); ) if (await addOne(store)) done++;
}

void count();

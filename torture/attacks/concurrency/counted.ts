/** A number in a store, and all that it was. */
import { decodeText } from '../../../src/bytes/text.ts';
import type { Store } from '../../../src/index.ts';

/** @param snapshot its id, or any revision */
export async function numberAt(store: Store, snapshot: string): Promise<number> {
  const { id } = await store.resolve(`${snapshot}:number`);
  return Number(decodeText(await store.get(id)));
}

/**
 * What the log of a label says that it was, the latest first; the same snapshot is read once.
 *
 * @param known numbers by snapshot, which are added to
 */
export async function numbersOf(store: Store, label: string, known: Map<string, number>): Promise<number[]> {
  const numbers: number[] = [];
  for (const { new: id } of await store.labels.log(label)) {
    if (id === undefined) continue;
    const number = known.get(id) ?? (await numberAt(store, id));
    known.set(id, number);
    numbers.push(number);
  }
  return numbers;
}

/** What processes said before they died, and whether a store keeps it. */
import { openStore, type Severity, type Store } from '../src/index.ts';

/** What was promised: the last that was said of each label, and every object. */
export interface Acknowledged {
  readonly labels: ReadonlyMap<string, string>;
  readonly objects: readonly string[];
  /** Objects that are gone for good. */
  readonly purged: readonly string[];
  /** Whether it collected garbage: what was only put, by anybody, may be gone then. */
  readonly collected: boolean;
  /** What was begun last, such as `commit`; `undefined` where nothing was. */
  readonly underWay: string | undefined;
  /** Codes of what was refused. */
  readonly refused: readonly string[];
}

/** @param text of one process: lines that are whole, and perhaps one that is not */
export function readAcknowledged(text: string): Acknowledged {
  const labels = new Map<string, string>();
  const objects: string[] = [];
  const purged: string[] = [];
  const refused: string[] = [];
  let underWay: string | undefined;
  let collected = false;
  for (const line of text.split('\n').slice(0, -1)) {
    const [word, first = '', second = ''] = line.split(' ');
    if (word === 'begin') {
      underWay = first;
      collected ||= first === 'gc';
    }
    if (word === 'object') objects.push(first);
    else if (word === 'purged') purged.push(first);
    else if (word === 'refused') refused.push(first);
    else if (word === 'label') labels.set(first, second);
  }
  return { labels, objects, purged, collected, underWay, refused };
}

/** The values that a label had, oldest first; `-` where there was none. */
async function valuesOf(store: Store, name: string): Promise<string[]> {
  return (await store.labels.log(name)).toReversed().map(({ new: id }) => id ?? '-');
}

/** What is wrong with the store, as its own check says; information aside, and warnings too where they are allowed. */
async function wrongs(store: Store, allowed: readonly Severity[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { severity, id, message } of store.fsck())
    if (!allowed.includes(severity)) found.push(`fsck: ${id}: ${message}`);
  return found;
}

/**
 * Opens the store, and says what it broke of what was promised; empty where it kept all of it.
 *
 * Each process had at most one step under way, so a label may be that much further than the last that was said.
 *
 * @param said by each process that wrote
 * @param allowed what a check may find
 */
export async function findBroken(
  path: string,
  said: readonly Acknowledged[],
  allowed: readonly Severity[] = ['info'],
): Promise<string[]> {
  await using store = await openStore(path);
  const broken = await wrongs(store, allowed);
  const collected = said.some((one) => one.collected);
  for (const { labels, objects, purged } of said) {
    for (const id of purged)
      if (await store.has(id)) broken.push(`the object ${id} was purged, and is there`);
    for (const id of collected ? [] : objects)
      if (!(await store.has(id))) broken.push(`the object ${id} is not there`);
    for (const [name, value] of labels) {
      if (!(await valuesOf(store, name)).includes(value))
        broken.push(`'${name}' was at ${value}, and never was`);
    }
  }
  if (said.length === 1) broken.push(...(await findMoved(store, said[0]!)));
  return broken;
}

/** Where one process wrote alone, its labels are where it said, or one step further. */
async function findMoved(store: Store, { labels }: Acknowledged): Promise<string[]> {
  const moved: string[] = [];
  for (const [name, value] of labels) {
    const values = await valuesOf(store, name);
    const steps = values.length - 1 - values.lastIndexOf(value);
    if (steps > 1) moved.push(`'${name}' is ${steps} steps beyond what was said of it`);
  }
  return moved;
}

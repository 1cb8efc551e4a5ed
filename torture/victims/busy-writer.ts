/**
 * A process that does everything that can be done to a store until it is killed: `node busy-writer STORE SEED`.
 *
 * Before each step it says on a line what it begins; after each that returned, what it was promised: `label NAME ID`
 * (`-` where it is gone), or `object ID`.
 */
import { writeSync } from 'node:fs';
import { CasError, openStore, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { randomNumbers } from '../random-numbers.ts';

/** What one step has at hand. */
interface Step {
  readonly store: Store;
  readonly name: string;
  /** Where the label is; `undefined` where there is none. */
  readonly at: string | undefined;
  /** Of this step alone. */
  readonly content: string;
  /** A whole number from 0 up to, and without, `below`. */
  readonly random: (below: number) => number;
}

const say = (line: string): void => void writeSync(1, `${line}\n`);

/** What is done, and what is said of it. Those that need a label are left out where there is none. */
const VERBS: Readonly<Record<string, (step: Step) => Promise<string | undefined>>> = {
  put: async ({ store, content }) => {
    const id = await store.put(content);
    await store.flush();
    return `object ${id}`;
  },
  commit: async ({ store, name, content, random }) => {
    const entries = Array.from({ length: 1 + random(40) }, (_, at) => ({
      path: `d${at % 3}/${at}`,
      content: content + at,
    }));
    return `label ${name} ${(await store.commit(name, fromEntries(entries))).id}`;
  },
  edit: async ({ store, name, at, content, random }) => {
    if (at === undefined) return undefined;
    const source = fromEntries([{ path: 'm', content }]);
    const { id } = await store.edit(name, [{ verb: 'put', path: `e${random(5)}`, source }]);
    return `label ${name} ${id}`;
  },
  delete: async ({ store, name, at }) => {
    if (at === undefined) return undefined;
    await store.labels.update([{ verb: 'delete', name }]);
    return `label ${name} -`;
  },
  undo: async ({ store, name, at }) => {
    if (at === undefined || (await store.labels.log(name)).length < 2) return undefined;
    await store.labels.update([{ verb: 'undo', name }]);
    return `label ${name} ${(await store.labels.get(name))?.id ?? '-'}`;
  },
  forget: async ({ store, name, at }) => {
    if (at !== undefined) await store.forget(name, '3');
    return undefined;
  },
  repack: async ({ store, random }) => {
    await store.repack({ scope: random(3) === 0 ? 'all' : 'geometric' });
    return undefined;
  },
  gc: async ({ store }) => {
    await store.gc({ graceMs: 0 }); // refused while another commits; takes what was only put
    return undefined;
  },
  maintenance: async ({ store }) => {
    await store.maintain();
    return undefined;
  },
};

/** How often each is done, of all: the writers more often than those that clear up. */
const TURNS: readonly string[] =
  'put put commit commit commit edit edit delete undo forget repack gc maintenance'.split(' ');

async function work(path: string, seed: number): Promise<never> {
  const store = await openStore(path);
  const random = randomNumbers(seed);
  for (let step = 0; ; step++) {
    const verb = TURNS[random(TURNS.length)] ?? 'put';
    const name = `label/${random(4)}`;
    const content = 'x'.repeat(random(3) === 0 ? 200_000 : 50) + step + seed;
    say(`begin ${verb}`);
    try {
      const at = (await store.labels.get(name))?.id;
      const said = await VERBS[verb]?.({ store, name, at, content, random });
      if (said !== undefined) say(said);
    } catch (error) {
      if (!(error instanceof CasError)) throw error;
      say(`refused ${error.code}`); // another was first, or the disk is gone: nothing was promised
    }
  }
}

void work(process.argv[2] ?? '', Number(process.argv[3] ?? 0));

/** All that a busy writer does to a store, and what it says of it once it is done. */
import { join } from 'node:path';
import { fromFolder, type Store } from '../src/index.ts';
import { fromEntries } from '../src/source/entries.ts';
import type { RandomNumber } from './dice.ts';
import { provenContent } from './proven-content.ts';
import { writeFiles } from './version-folder.ts';

/** What one step has at hand. */
export interface Step {
  readonly store: Store;
  /** A folder that is this writer's alone, for what is imported and exported. */
  readonly beside: string;
  /** Of a label. */
  readonly name: string;
  /** Of this step alone. */
  readonly content: string;
  /** A whole number from 0 up to, and without, `below`. */
  readonly random: RandomNumber;
  /** Says a line, or several at once. */
  readonly say: (...lines: string[]) => void;
}

/** As `label NAME ID`, `-` where it is gone; `object ID`; `purged ID`. */
type Verb<Given = Step> = (step: Given) => Promise<void>;

function filesOf({ content, random }: Step): { path: string; content: string }[] {
  return Array.from({ length: 1 + random(40) }, (_, at) => ({
    path: `d${at % 3}/${at}`,
    content: provenContent(content + at),
  }));
}

/** What can always be done. */
const FREE_VERBS: Readonly<Record<string, Verb>> = {
  put: async ({ store, content, say }) => {
    const id = await store.put(content);
    await store.flush();
    say(`object ${id}`);
  },
  commit: async (step) => {
    const { id } = await step.store.commit(step.name, fromEntries(filesOf(step)));
    step.say(`label ${step.name} ${id}`);
  },
  import: async (step) => {
    const folder = join(step.beside, 'in');
    writeFiles(folder, filesOf(step));
    const { id } = await step.store.commit(step.name, fromFolder(folder));
    step.say(`label ${step.name} ${id}`);
  },
  repack: async ({ store, random }) => {
    await store.repack({ scope: random(3) === 0 ? 'all' : 'geometric' });
  },
  // Refused while another commits; takes what was only put.
  gc: async ({ store }) => void (await store.gc({ graceMs: 0 })),
  undelete: async ({ store }) => void (await store.undelete()),
  maintenance: async ({ store }) => void (await store.maintain()),
  purge: async (step) => {
    const { store, content, say } = step;
    const id = await store.put(content);
    if (step.random(2) === 0)
      await store.commit('purge', fromEntries([...filesOf(step), { path: 'x', content }]));
    else await store.flush();
    await store.purge(id, { force: true });
    say(`purged ${id}`);
  },
};

/** What takes a label that is there, and where it is. */
const LABEL_VERBS: Readonly<Record<string, Verb<Step & { readonly at: string }>>> = {
  export: async ({ store, name, beside }) => {
    await using view = await store.view(name);
    await view.updateFolder(join(beside, 'out'), { extra: 'remove' });
  },
  edit: async ({ store, name, content, random, say }) => {
    const source = fromEntries([{ path: 'm', content: provenContent(content) }]);
    const { id } = await store.edit(name, [{ verb: 'put', path: `e${random(5)}`, source }]);
    say(`label ${name} ${id}`);
  },
  labels: async ({ store, at, random, say }) => {
    const names = pairOf(random(PAIRS));
    const verb = (await store.labels.get(names[0])) === undefined ? 'create' : 'move';
    await store.labels.update(names.map((name) => ({ verb, name, at })));
    say(...names.map((name) => `label ${name} ${at}`));
  },
  delete: async ({ store, name, say }) => {
    await store.labels.update([{ verb: 'delete', name }]);
    say(`label ${name} -`);
  },
  undo: async ({ store, name, say }) => {
    if ((await store.labels.log(name)).length < 2) return;
    await store.labels.update([{ verb: 'undo', name }]);
    say(`label ${name} ${(await store.labels.get(name))?.id ?? '-'}`);
  },
  forget: async ({ store, name }) => void (await store.forget(name, '3')),
};

export const VERB_NAMES: readonly string[] = [...Object.keys(FREE_VERBS), ...Object.keys(LABEL_VERBS)];

/** Does one of them, or commits, where that takes a label and there is none; says first which. */
export async function doStep(verb: string, step: Step): Promise<void> {
  const at = verb in LABEL_VERBS ? (await step.store.labels.get(step.name))?.id : undefined;
  const done = verb in LABEL_VERBS && at === undefined ? 'commit' : verb;
  step.say(`begin ${done}`);
  await (at === undefined ? FREE_VERBS[done]?.(step) : LABEL_VERBS[done]?.({ ...step, at }));
}

/** How often each is done, of all, where none is favoured: the writers more often than those that clear up. */
export const TURNS: readonly string[] =
  'put commit commit commit import export edit edit labels delete undo forget repack gc undelete maintenance'.split(
    ' ',
  );

const PAIRS = 3;

function pairOf(number: number): readonly [string, string] {
  return [`pair/${number}/left`, `pair/${number}/right`];
}

/** Labels that are only ever moved together, and are not together now. */
export async function findPartedPairs(store: Store): Promise<string[]> {
  const parted: string[] = [];
  for (let number = 0; number < PAIRS; number++) {
    const [left, right] = await Promise.all(pairOf(number).map((name) => store.labels.get(name)));
    if (left?.id !== right?.id) parted.push(`pair ${number} is at ${left?.id} and at ${right?.id}`);
  }
  return parted;
}

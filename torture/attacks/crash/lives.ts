/** Lives of small stores, each step of which is one change: by lot, and every change of the scenarios once. */
import type { FileSystem } from '../../../src/files/file-system.ts';
import { CasError, type LabelRequest, type Store } from '../../../src/index.ts';
import { fromEntries } from '../../../src/source/entries.ts';
import { Dice } from '../../dice.ts';
import { SCENARIOS } from '../../scenarios.ts';

/** Where a step takes place. */
export interface Scene {
  readonly store: Store;
  readonly files: FileSystem;
  readonly dice: Dice;
}

/** One change of a store, which may be refused by a typed error. */
export interface Step {
  readonly name: string;
  take(scene: Scene): Promise<unknown>;
}

const LABELS = ['a', 'b', 'c/d'];

async function commit(scene: Scene, count: number): Promise<void> {
  const version = scene.dice.below(1000);
  const entries = Array.from({ length: count }, (_, at) => ({
    path: `d${at % 2}/${at}`,
    content: `${at} of ${at % 3 === 0 ? version : 0} ${'x'.repeat(at * 20)}`,
  }));
  await scene.store.commit(scene.dice.pick(LABELS), fromEntries(entries), { timeSeconds: version });
}

function someRequests(scene: Scene): LabelRequest[] {
  const [name, other] = [scene.dice.pick(LABELS), `n${scene.dice.below(5)}`];
  return scene.dice.pick<LabelRequest[]>([
    [
      { verb: 'create', name: other, at: name },
      { verb: 'keep', name, keep: '2' },
    ],
    [{ verb: 'rename', name, to: other }],
    [{ verb: 'delete', name }],
    [{ verb: 'move', name, at: `${name}~1` }],
  ]);
}

/** The metas of packs are gone, and come back by a repair. */
async function repairMetas({ store, files }: Scene): Promise<void> {
  const packs = `${store.path}/objects/pack`;
  for (const { name } of (await files.list(packs)) ?? []) {
    const path = `${packs}/${Buffer.from(name).toString()}`;
    if (path.endsWith('.meta')) await files.remove(path);
  }
  for await (const _ of store.fsck({ mode: 'repair' }));
}

/** Any object, which is refused where a label leads to it; in every other case content of a label, too. */
async function purgeOne(scene: Scene): Promise<void> {
  const ids: string[] = [];
  for await (const id of scene.store.ids()) ids.push(id);
  await scene.store.purge(scene.dice.pick(ids), { force: scene.dice.chance(0.5) });
}

const STEPS: readonly Step[] = [
  { name: 'commit', take: (scene) => commit(scene, 4) },
  { name: 'commit of many', take: (scene) => commit(scene, 24) },
  {
    name: 'edit',
    take: (scene) => {
      const source = fromEntries([{ path: 'm', content: `${scene.dice.share()}` }]);
      return scene.store.edit(scene.dice.pick(LABELS), [{ verb: 'put', path: 'd0/new', source }]);
    },
  },
  {
    name: 'put',
    take: async ({ store, dice }) => {
      await store.put(`${dice.share()} is put`);
      await store.flush();
    },
  },
  { name: 'labels', take: (scene) => scene.store.labels.update(someRequests(scene)) },
  { name: 'forget', take: (scene) => scene.store.forget(scene.dice.pick(LABELS), '1') },
  { name: 'gc', take: ({ store }) => store.gc({ graceMs: 0 }) },
  { name: 'undelete', take: ({ store }) => store.undelete() },
  { name: 'repack', take: ({ store }) => store.repack() },
  { name: 'repack all', take: ({ store }) => store.repack({ scope: 'all' }) },
  { name: 'maintenance', take: ({ store }) => store.maintain() },
  { name: 'purge', take: purgeOne },
  { name: 'repair', take: repairMetas },
  { name: 'setting', take: ({ store, dice }) => store.setSetting('user.name', `${dice.share()}`) },
  { name: 'aliases', take: ({ store }) => store.setSetting('aliases', 'sha1') },
  { name: 'aliases made anew', take: ({ store }) => store.aliases.rebuild() },
];

const STEPS_A_LIFE = 8;

/** What happens to one store, in order. */
export interface Plan {
  /** What was before, whole and durable. */
  readonly before: readonly Step[];
  readonly steps: readonly Step[];
}

const FROM_SCENARIOS: readonly Plan[] = SCENARIOS.filter(({ needs }) => needs !== 'disk').map((scenario) => ({
  before: [{ name: 'prepare', take: ({ store }) => scenario.prepare(store, '') }],
  steps: [{ name: scenario.name, take: ({ store }) => scenario.run(store, '') }],
}));

/** Of the first seeds a change of the scenarios, of all others steps by lot. */
export function planOf(seed: number): Plan {
  const dice = new Dice(seed);
  const first = dice.pick(STEPS.slice(0, 2));
  const others = Array.from({ length: STEPS_A_LIFE - 1 }, () => dice.pick(STEPS));
  return FROM_SCENARIOS[seed - 1] ?? { before: [], steps: [first, ...others] };
}

/** Takes a step; what it is refused for is its own matter. */
export async function take(step: Step, scene: Scene): Promise<void> {
  try {
    await step.take(scene);
  } catch (error) {
    if (!(error instanceof CasError)) throw error;
  }
}

/** The life of a store on a disk of another system. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { initStore, openStore } from '../../../src/index.ts';
import { fromEntries } from '../../../src/source/entries.ts';
import { findBroken, readAcknowledged } from '../../acknowledged.ts';
import type { Counts } from '../../attack.ts';
import { SCENARIOS, type Scenario } from '../../scenarios.ts';
import { Victim } from '../../victim.ts';
import { codeOf, expectNone } from './outcome.ts';

const LONGEST_LIFE_MS = 800;
/** The trials on a disk come in such steps. */
const STRIDE = 12;

export interface StoreTrial {
  readonly seed: number;
  /** That of a process which does everything until it is killed. */
  readonly program: string;
}

/**
 * Makes a store and one change of it, another each time, then lets a process work on it and kills that.
 *
 * @throws BrokenPromise where the change is refused, or a promise was not kept
 */
export async function liveOn(disk: string, { seed, program }: StoreTrial): Promise<Counts> {
  const path = join(disk, 'store');
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path);
  await makeChange(path, SCENARIOS[Math.floor(seed / STRIDE) % SCENARIOS.length]!);
  expectNone(await findBroken(path, []), 'after a change');
  const victim = new Victim([program, path, `${seed}`]);
  await victim.waitForWord();
  await sleep(Math.random() * LONGEST_LIFE_MS);
  const said = readAcknowledged(await victim.kill());
  expectNone(await findBroken(path, [said]), 'after a kill');
  const refused = Object.fromEntries(said.refused.map((code) => [`refused ${code}`, 1]));
  return { stores: 1, acknowledged: said.labels.size + said.objects.length, ...refused };
}

async function makeChange(path: string, scenario: Scenario): Promise<void> {
  await (await initStore(path)).close();
  const beside = `${path}-beside`;
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside);
  await using store = await openStore(path);
  const code = await codeOf(async () => {
    await scenario.prepare(store, beside);
    await scenario.run(store, beside);
  });
  expectNone(code === 'done' ? [] : [code], `cannot do: ${scenario.name}`);
  await store.commit('Case', fromEntries([{ path: 'x', content: 'y' }]));
  const clash = await codeOf(() => store.commit('case', fromEntries([{ path: 'x', content: 'z' }])));
  expectNone(clash === 'LABEL_CLASH' ? [] : [clash], 'two labels that differ in case');
}

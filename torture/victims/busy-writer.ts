/**
 * A process that does everything that can be done to a store until it is killed. The first line that it is told is its
 * orders, as JSON: `[STORE, BESIDE, SEED, FAVOURITE]`, the last a verb that it does more often than all others.
 *
 * Before each step it says on a line what it begins; after each that returned, what it was promised.
 */
import { mkdirSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { CasError, openStore } from '../../src/index.ts';
import { Dice } from '../dice.ts';
import { doStep, TURNS } from '../verbs.ts';

const say = (...lines: string[]): void => void writeSync(1, `${lines.join('\n')}\n`);

type Orders = readonly [store: string, beside: string, seed: number, favourite: string];

async function work([path, beside, seed, favourite]: Orders): Promise<never> {
  mkdirSync(beside, { recursive: true });
  const store = await openStore(path);
  const random = new Dice(seed).below;
  for (let step = 0; ; step++) {
    const verb = step % 3 === 2 ? (TURNS[random(TURNS.length)] ?? 'put') : favourite;
    const name = `label/${random(4)}`;
    const content = `${'x'.repeat(random(3) === 0 ? 200_000 : 50)} ${step} ${seed} `;
    try {
      await doStep(verb, { store, beside, name, content, random, say });
    } catch (error) {
      if (!(error instanceof CasError)) throw error;
      say(`refused ${error.code}`); // another was first, or the disk is gone: nothing was promised
    }
  }
}

createInterface(process.stdin).once('line', (line) => void work(JSON.parse(line) as Orders));

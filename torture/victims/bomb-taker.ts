/** Does everything with a store that there is to do, but for some steps: `node bomb-taker STORE SCRATCH [STEP…]`. */
import { openStore } from '../../src/index.ts';
import { STEPS, takeStep } from '../attacks/hostile/bomb-steps.ts';
import { report } from '../attacks/hostile/step-report.ts';

async function main(path: string, scratch: string, without: readonly string[]): Promise<void> {
  for (const step of STEPS.filter(({ name }) => !without.includes(name)))
    await report(step.name, async () => {
      await using store = await openStore(path);
      await takeStep(step, store, scratch);
    });
}

void main(process.argv[2] ?? '', process.argv[3] ?? '', process.argv.slice(4));

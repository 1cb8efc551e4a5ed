/** A share of every attack; `npm run torture` does as much of each as there is time for. TORTURE_TRIALS asks for more. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Attack } from '../../torture/attack.ts';
import { everyCall } from '../../torture/attacks/every-call.ts';
import { kill } from '../../torture/attacks/kill.ts';
import { powerCut } from '../../torture/attacks/power-cut.ts';
import { Grounds } from '../../torture/ground.ts';
import { buildPrograms } from '../../torture/programs.mjs';

const MORE = Number(process.env['TORTURE_TRIALS'] ?? 1);

const SHARES: readonly { readonly attack: Attack; readonly trials: number }[] = [
  { attack: kill, trials: 12 },
  { attack: powerCut, trials: 8 },
  { attack: everyCall, trials: 80 },
];

const programs = mkdtempSync(join(tmpdir(), 'caskit-torture-'));
const grounds = new Grounds(tmpdir(), { programs, sources: resolve(import.meta.dirname, '../../torture') });

beforeAll(() => buildPrograms(programs), 60_000);

afterAll(() => {
  grounds[Symbol.dispose]();
  rmSync(programs, { recursive: true, force: true });
});

for (const { attack, trials } of SHARES) {
  const missing = attack.missing();
  const reason = missing === undefined ? '' : ` (not here: ${missing})`;
  test.skipIf(missing !== undefined)(
    `a store withstands ${trials * MORE} ${attack.trials}${reason}`,
    async () => {
      await using campaign = await attack.prepare(grounds.next());
      for (let seed = 1; seed <= trials * MORE; seed++)
        if ((await campaign.attempt(seed)) === undefined) break;
      expect.assertions(0); // a trial throws what was broken
    },
    600_000,
  );
}

/** A share of every attack; `npm run torture` does as much of each as there is time for. TORTURE_SHARE asks for more. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { everyCall } from '../../torture/attacks/crash/every-call.ts';
import { kill } from '../../torture/attacks/crash/kill.ts';
import { powerCut } from '../../torture/attacks/crash/power-cut.ts';
import { soak } from '../../torture/attacks/soak/soak.ts';

const TIMES = Number(process.env['TORTURE_SHARE'] ?? 1);

test.each([
  { attack: kill, trials: 12 * TIMES },
  { attack: powerCut, trials: 8 * TIMES },
  { attack: everyCall, trials: 60 * TIMES },
  { attack: soak, trials: 2 * TIMES },
])(
  'a store withstands $trials trials of $attack.name',
  ({ attack, trials }) => {
    const missing = attack.missing();
    if (missing !== undefined) return void process.stderr.write(`not tried: ${attack.name}: ${missing}\n`);
    const words = ['--only', attack.name, '--trials', `${trials}`, '--minutes', '60'];
    const { status, stdout, stderr } = spawnSync(process.execPath, ['torture/run.mjs', ...words], {
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toContain('held');
    expect(status).toBe(0);
  },
  3_600_000,
);

/** A share of every attack; `npm run torture` does as much of each as there is time for. TORTURE_SHARE asks for more. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ATTACKS } from '../../torture/attacks.ts';

const TIMES = Number(process.env['TORTURE_SHARE'] ?? 1);
const LIMIT_MS = 3_600_000;

test.each(ATTACKS.filter(({ share }) => share > 0))(
  'a store withstands $share trials of $name',
  (attack) => {
    const { name, share } = attack;
    const why = attack.missing();
    if (why !== undefined) return void process.stderr.write(`not tried: ${name}: ${why}\n`);
    const words = ['--only', name, '--trials', `${share * TIMES}`, '--minutes', '60'];
    const { status, stdout, stderr } = spawnSync(process.execPath, ['torture/run.mjs', ...words], {
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toContain('held');
    expect(status).toBe(0);
  },
  LIMIT_MS,
);

/** A share of an attack, for tests; `npm run torture` does as much of each as there is time for. */
import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import type { Attack } from '../../torture/attack.ts';

/** TORTURE_SHARE asks for so many times more. */
const TIMES = Number(process.env['TORTURE_SHARE'] ?? 1);

/** As long as a share may take, in milliseconds. */
export const SHARE_MS = 3_600_000;

/** Makes so many trials. What cannot be tried on this machine is told of, and left out. */
export function expectToWithstand({ name, missing }: Pick<Attack, 'name' | 'missing'>, trials: number): void {
  const why = missing();
  if (why !== undefined) return void process.stderr.write(`not tried: ${name}: ${why}\n`);
  const words = ['--only', name, '--trials', `${trials * TIMES}`, '--minutes', '60'];
  const { status, stdout, stderr } = spawnSync(process.execPath, ['torture/run.mjs', ...words], {
    encoding: 'utf8',
  });
  expect(`${stdout}${stderr}`).toContain('held');
  expect(status).toBe(0);
}

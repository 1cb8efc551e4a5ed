/** `npm run torture:peers` counts what becomes of other programs' repositories, and of this one's. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test.each(['git', 'caskit'])('a turned bit is counted for %s, or it is said why not', (name) => {
  const words = ['peers', '--fault', 'damage', '--subject', name, '--trials', '1'];
  const { status, stdout, stderr } = spawnSync(process.execPath, ['torture/run.mjs', ...words], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/\| damage \| \w+ \| 1 \| .*1 check finds it|not tried: /u);
  expect(status).toBe(0);
});

import { expect, test } from 'vitest';
import { cas, freshStore } from './cas-process.ts';

test('settings are set, listed, read and unset', async () => {
  const cwd = await freshStore();
  expect(await cas(['config', 'set', 'user.name', 'Ada'], { cwd })).toMatchObject({
    code: 0,
    stdout: '',
    stderr: '',
  });
  await cas(['config', 'set', 'zlib.level', '9'], { cwd });
  expect((await cas(['config', 'list'], { cwd })).stdout).toBe('user.name=Ada\nzlib.level=9\n');
  expect(JSON.parse((await cas(['config', 'list', '--json'], { cwd })).stdout)).toEqual({
    'user.name': 'Ada',
    'zlib.level': 9,
  });
  expect((await cas(['config', 'get', 'zlib.level'], { cwd })).stdout).toBe('9\n');
  await cas(['config', 'unset', 'zlib.level'], { cwd });
  expect(await cas(['config', 'get', 'zlib.level'], { cwd })).toMatchObject({
    code: 1,
    stdout: '',
    stderr: '',
  });
});

test('a wrong word is told with the right one', async () => {
  const cwd = await freshStore();
  const faults: readonly (readonly [args: string[], stderr: RegExp])[] = [
    [[], /too few words for 'cas config'\nhint: write 'cas config ACTION \[KEY\] \[VALUE\]'/],
    [['lsit'], /did you mean 'cas config list'/],
    [['get', 'usr.name'], /did you mean 'user\.name'/],
    [['set', 'user.name'], /too few words for 'config set'\nhint: write 'cas config set KEY VALUE'/],
    [['list', 'user.name'], /too many words for 'config list'/],
    [['set', 'zlib.level', '10'], /cannot set 'zlib\.level' to '10'\nhint: give a digit/],
  ];
  for (const [args, stderr] of faults) {
    const run = await cas(['config', ...args], { cwd });
    expect(run, args.join(' ')).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(stderr);
  }
});

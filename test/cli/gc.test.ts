/** `gc`, `undelete` and `why`: what they print, and how they end. */
import { expect, test } from 'vitest';
import { openStore } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { cas } from './cas-process.ts';
import { filledStore } from './filled-store.ts';

const NO_WINDOW = ['config', 'set', 'labels.window', '0d'];

function values(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function putAlone(cwd: string): Promise<string> {
  await using store = await openStore(cwd);
  return await store.put('left alone');
}

test('cas gc leaves what is young, says what goes, and cas undelete takes it back', async () => {
  const cwd = await filledStore();
  const id = await putAlone(cwd);
  expect((await cas(['gc'], { cwd })).stdout).toBe('collected 0 objects, 0 B\n');
  const rehearsed = await cas(['gc', '-n', '--grace', 'now', '--explain'], { cwd });
  expect(rehearsed).toMatchObject({ code: 0, stderr: '' });
  expect(rehearsed.stdout).toMatch(
    /^1 object, \d+ B +under no label that the log knows of\nwould collect 1 object, \d+ B; .* before, .* after\n$/,
  );
  expect((await cas(['why', id], { cwd })).stdout).toBe(
    `${id}: nothing keeps it; no label that the log knows of reached it\n`,
  );
  const collected = await cas(['gc', '--grace', 'now'], { cwd });
  expect(collected.stdout).toMatch(
    /^collected 1 object, .*\nin the trash: 1 object, \d+ B; 'cas undelete' takes all back, for 1 hour at least\n$/,
  );
  expect((await cas(['why', id], { cwd })).stdout).toMatch(
    /; it is in the trash, 'cas undelete' takes it back\n$/,
  );
  expect((await cas(['undelete', '-n'], { cwd })).stdout).toMatch(/^would take back 1 object, \d+ B\n$/);
  expect(values((await cas(['undelete', '--json'], { cwd })).stdout)).toMatchObject([
    { kind: 'restored', count: 1 },
  ]);
  expect((await cas(['cat', id], { cwd })).stdout).toBe('left alone');
  expect((await cas(['undelete'], { cwd })).stdout).toBe('took back 0 objects, 0 B\n');
});

test('cas gc --explain --json gives a reason for everything that goes', async () => {
  const cwd = await filledStore();
  await cas(NO_WINDOW, { cwd });
  await using store = await openStore(cwd);
  await store.commit('old', fromEntries([{ path: 'x', content: 'only here' }]));
  await cas(['label', 'delete', 'old', '-m', 'no use'], { cwd });
  await new Promise((resolve) => setTimeout(resolve, 1100)); // the window ends with the second
  const found = values((await cas(['gc', '-n', '--grace', 'now', '--explain', '--json'], { cwd })).stdout);
  expect(found).toMatchObject([
    { reason: 'moved', label: 'old', why: 'no use', count: 3, ids: { length: 3 } },
    { kind: 'rehearsed', collected: { count: 3 }, freed: { count: 0 }, trash: { count: 0 } },
  ]);
});

test('cas gc refuses a grace that is none, and says so', async () => {
  const cwd = await filledStore();
  for (const grace of ['5m', 'soon', '-1d']) {
    const { code, stderr } = await cas(['gc', `--grace=${grace}`], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/no grace.*\nhint: give an hour or more/s)]);
  }
  const { code } = await cas(['config', 'set', 'gc.grace', '59m'], { cwd });
  expect(code).toBe(2);
});

test('cas why names labels, paths and snapshots', async () => {
  const cwd = await filledStore();
  const { stdout } = await cas(['why', 'set/main:docs/deep/n.md'], { cwd });
  expect(stdout).toMatch(
    /^set\/main: docs\/deep\/n\.md, now\nset\/main: docs\/deep\/n\.md, in its history: [0-9a-f]{12} of /,
  );
  const found = values((await cas(['why', '--json', 'set/main:docs/deep'], { cwd })).stdout);
  expect(found).toMatchObject([
    { label: 'set/main', how: 'now', role: 'tree', path: 'docs/deep', snapshots: 1 },
    { label: 'set/main', how: 'history', role: 'tree', path: 'docs/deep', snapshots: 1 },
  ]);
  expect((await cas(['why', 'no-such-label'], { cwd })).code).toBe(3);
});

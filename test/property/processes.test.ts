/** Several processes at one store. RACE_MOVES asks for more of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { initStore, openStore, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { type BuiltProcesses, buildProcesses } from './built-processes.ts';

const RACE_MOVES = Number(process.env['RACE_MOVES'] ?? 60);

let built: BuiltProcesses;

beforeAll(async () => {
  built = await buildProcesses(['label-racer']);
  return () => built[Symbol.dispose]();
});

async function freshStore(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'caskit-processes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await (await initStore(folder)).close();
  return folder;
}

async function expectSound(store: Store): Promise<void> {
  const found = [];
  for await (const finding of store.fsck()) if (finding.severity !== 'info') found.push(finding.message);
  expect(found).toEqual([]);
}

test(`two processes that commit to one label ${RACE_MOVES} times each lose no update`, async () => {
  const folder = await freshStore();
  const racers = [1, 2].map(() => {
    const racer = spawn(process.execPath, [built.pathOf('label-racer'), folder, `${RACE_MOVES}`], {
      stdio: 'inherit',
    });
    return once(racer, 'exit');
  });
  for (const [code] of await Promise.all(racers)) expect(code).toBe(0);
  await using store = await openStore(folder);
  let snapshots = 0;
  for await (const _ of store.log('race')) snapshots++;
  expect(snapshots).toBe(2 * RACE_MOVES);
  expect((await store.labels.log('race')).length).toBe(2 * RACE_MOVES);
  await expectSound(store);
}, 600_000);

test('commits that expect nothing all land, one after the other', async () => {
  const folder = await freshStore();
  await using store = await openStore(folder);
  await using second = await openStore(folder);
  await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      (at % 2 === 0 ? store : second).commit('many', fromEntries([{ path: 'x', content: `${at}` }])),
    ),
  );
  await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      (at % 2 === 0 ? store : second).edit('many', [
        { verb: 'put', path: `member-${at}`, source: fromEntries([{ path: 'm', content: `${at}` }]) },
      ]),
    ),
  );
  let snapshots = 0;
  for await (const _ of store.log('many')) snapshots++;
  expect(snapshots).toBe(40);
  let members = 0;
  for await (const _ of (await store.view('many')).entries()) members++;
  expect(members).toBe(21); // no edit undid another
});

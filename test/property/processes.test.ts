/** Several processes at one store, and processes that are killed. KILL_TRIALS and RACE_MOVES ask for more of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { initStore, openStore, type Store } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';
import { type BuiltProcesses, buildProcesses } from './built-processes.ts';

const KILL_TRIALS = Number(process.env['KILL_TRIALS'] ?? 12);
const RACE_MOVES = Number(process.env['RACE_MOVES'] ?? 60);
const LONGEST_LIFE_MS = 500;
const TRIALS_A_STORE = 10;

let built: BuiltProcesses;

beforeAll(async () => {
  built = await buildProcesses(['busy-writer', 'label-racer']);
  return () => built[Symbol.dispose]();
});

async function freshStore(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'caskit-processes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await (await initStore(folder)).close();
  return folder;
}

/** What a process said before it was killed, line by line. */
async function runAndKill(folder: string, seed: number, lifeMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [built.pathOf('busy-writer'), folder, `${seed}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (piece: Buffer) => (text += piece.toString()));
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]); // its life counts from its first word on
  await sleep(lifeMs);
  child.kill('SIGKILL');
  await closed;
  return text.split('\n').slice(0, -1);
}

/** The last that was said of each label, and every object. */
function acknowledged(lines: readonly string[]): { labels: Map<string, string>; objects: string[] } {
  const labels = new Map<string, string>();
  const objects: string[] = [];
  for (const line of lines) {
    const [name = '', value = ''] = line.split(' ');
    if (name === 'object') objects.push(value);
    else labels.set(name, value);
  }
  return { labels, objects };
}

async function expectSound(store: Store): Promise<void> {
  const found = [];
  for await (const finding of store.fsck()) if (finding.severity !== 'info') found.push(finding.message);
  expect(found).toEqual([]);
}

/** The values that a label had, oldest first; `-` where there was none. */
async function valuesOf(store: Store, name: string): Promise<string[]> {
  return (await store.labels.log(name)).toReversed().map(({ new: id }) => id ?? '-');
}

test(`a process that is killed at any moment loses nothing that it had said (${KILL_TRIALS} times)`, async () => {
  let folder = '';
  let said = 0;
  for (let trial = 0; trial < KILL_TRIALS; trial++) {
    if (trial % TRIALS_A_STORE === 0) folder = await freshStore(); // all of it is checked each time
    const lines = await runAndKill(folder, trial, Math.random() * LONGEST_LIFE_MS);
    const { labels, objects } = acknowledged(lines);
    said += labels.size + objects.length;
    await using store = await openStore(folder);
    await expectSound(store);
    for (const id of objects) expect(await store.has(id), `trial ${trial}`).toBe(true);
    for (const [name, value] of labels) {
      // Whatever came after it was begun and never acknowledged; what was said must have been.
      const values = await valuesOf(store, name);
      const at = values.lastIndexOf(value);
      expect(at, `trial ${trial}: ${name} was ${value}`).toBeGreaterThanOrEqual(0);
      expect(values.length - at, `trial ${trial}: ${name}`).toBeLessThanOrEqual(2);
    }
  }
  expect(said).toBeGreaterThan(0);
}, 600_000);

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

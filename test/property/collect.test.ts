/** Writers, readers and a collector at one store at once. GC_SECONDS asks for more of it, and for its figures. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { initStore, openStore } from '../../src/index.ts';
import { type BuiltProcesses, buildProcesses } from './built-processes.ts';

const GC_SECONDS = Number(process.env['GC_SECONDS'] ?? 3);

let built: BuiltProcesses;

beforeAll(async () => {
  built = await buildProcesses(['gc-writer', 'gc-reader', 'collector']);
  return () => built[Symbol.dispose]();
});

/** What a process says once it has ended well. */
async function run(name: string, args: readonly string[]): Promise<number[]> {
  const child = spawn(process.execPath, [built.pathOf(name), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [said, complaint] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (complaint += piece.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  expect(`${code} ${complaint}`, `${name} ${args.join(' ')}`).toBe('0 ');
  return said.trim().split(' ').map(Number);
}

test(`three writers, two readers and a collector with no grace lose nothing in ${GC_SECONDS} s`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'caskit-collect-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await (
    await initStore(folder, { settings: { 'labels.window': '0d', 'maintenance.auto': 'false' } })
  ).close();
  const end = `${Date.now() + GC_SECONDS * 1000}`;
  const [collector, ...others] = await Promise.all([
    run('collector', [folder, '3', end]),
    ...[1, 2, 3].map((seed) => run('gc-writer', [folder, `${seed}`, join(folder, `files-${seed}`), end])),
    ...[1, 2].map((seed) => run('gc-reader', [folder, `${seed}`, end])),
  ]);
  const [runs = 0, refused = 0, collected = 0] = collector;
  const counts = others.map(([count = 0]) => count);
  if (process.env['GC_SECONDS'] !== undefined)
    process.stdout.write(
      `${runs} collections took ${collected} objects, ${refused} had to wait; ` +
        `${counts.slice(0, 3).join(' + ')} changes, ${counts.slice(3).join(' + ')} objects read\n`,
    );
  expect(runs).toBeGreaterThan(0);
  for (const count of counts) expect(count).toBeGreaterThan(0);
  // Before that, garbage is in one pack with what is in use, or younger than a lease.
  if (GC_SECONDS >= 12) expect(collected).toBeGreaterThan(0);
  await using store = await openStore(folder);
  const expectSound = async (): Promise<void> => {
    for await (const { severity, message } of store.fsck())
      expect(severity === 'error' ? message : '').toBe('');
  };
  await expectSound();
  await store.gc({ graceMs: 0 });
  await expectSound();
  await store.gc({ graceMs: 0 });
  await expectSound();
}, 600_000);

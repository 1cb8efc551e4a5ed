import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { openNode } from './file-systems.ts';

const PROCESSES = 4;
/** Longer runs: `LOCK_STRESS_MS=60000 npx vitest run … test/files/lock-stress.test.ts`. */
const RUN_MS = Number(process.env['LOCK_STRESS_MS'] ?? 2500);
const DEATHS_IN_1000 = 130;
/** Kills that come from outside, at any instruction. */
const KILL_EVERY_MS = 60;

interface Outcome {
  readonly acquired: number;
  readonly died: number;
  readonly violated: number;
  /** Workers that ended neither well nor by a kill, with what they said. */
  readonly failures: readonly string[];
}

async function buildWorker(folder: string): Promise<string> {
  const outfile = `${folder}/worker.mjs`;
  const entryPoints = [new URL('lock-worker.ts', import.meta.url).pathname];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20' });
  return outfile;
}

/** Keeps {@link PROCESSES} workers running: one that was killed is followed by another. */
async function runWorkers(worker: string, folder: string): Promise<Outcome> {
  const end = performance.now() + RUN_MS;
  const running = new Set<ChildProcess>();
  const failures: string[] = [];
  let killed = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      const leftMs = String(Math.ceil(end - performance.now()));
      const child = spawn(process.execPath, [worker, folder, leftMs, String(DEATHS_IN_1000)]);
      running.add(child);
      const said: Buffer[] = [];
      child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
      const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
        child.on('close', (code, signal) => resolve([code, signal]));
      });
      running.delete(child);
      if (code !== 0 && signal !== 'SIGKILL') failures.push(Buffer.concat(said).toString());
    }
  };
  const killer = setInterval(() => {
    const children = [...running];
    if (children[Math.floor(Math.random() * children.length)]?.kill('SIGKILL')) killed++;
  }, KILL_EVERY_MS);
  await Promise.all(Array.from({ length: PROCESSES }, lane));
  clearInterval(killer);
  return { ...countReports(folder, killed), failures };
}

function countReports(folder: string, killed: number): Omit<Outcome, 'failures'> {
  const reports = readdirSync(folder).filter((name) => name.startsWith('report-'));
  const lines = reports.flatMap((name) => readFileSync(`${folder}/${name}`, 'latin1').split('\n'));
  const count = (what: string): number => lines.filter((line) => line === what).length;
  return { acquired: count('acquired'), died: count('died') + killed, violated: count('violated') };
}

test.skipIf(process.platform !== 'linux')(
  'of processes that take a lock and are killed at any time, no two ever hold it',
  { timeout: RUN_MS * 2 + 30_000 },
  async () => {
    await using subject = await openNode();
    const outcome = await runWorkers(await buildWorker(subject.root), subject.root);
    if (process.env['LOCK_STRESS_MS']) console.log(outcome);
    expect(outcome.failures).toEqual([]);
    expect(outcome.violated).toBe(0);
    expect(outcome.acquired).toBeGreaterThan(10);
    expect(outcome.died).toBeGreaterThan(3);
  },
);

/** `cas watch`, beside another process that changes labels, killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { COMMAND, cas, casEnvironment, freshStore } from './cas-process.ts';

const MOVES = Number(process.env['WATCH_MOVES'] ?? 300);
/** After so many a watcher is killed, three times. */
const WATCHED = Math.floor(MOVES / 5);

interface Told {
  readonly kind: string;
  readonly n: number;
  readonly cursor: string;
}

function start(args: readonly string[], cwd: string): ChildProcess {
  return spawn(process.execPath, [COMMAND, ...args], { cwd, env: casEnvironment() });
}

/** A process that moves `a` to and fro. */
function startMover(cwd: string, ids: readonly string[]): ChildProcess {
  const library = pathToFileURL(resolve('dist/lib/index.js')).href;
  const program = `
    import { openStore } from ${JSON.stringify(library)};
    const store = await openStore('.cas');
    const ids = ${JSON.stringify(ids)};
    for (let at = 0; at < ${MOVES}; at++)
      await store.labels.update([{ verb: 'move', name: 'a', at: ids[(at + 1) % 2] }]);
    await store.close();
  `;
  return spawn(process.execPath, ['--input-type=module', '-e', program], { cwd, stdio: 'inherit' });
}

/** What a watcher tells until it was told enough; then it is killed. */
async function watchUntil(
  cwd: string,
  since: string,
  isEnough: (told: Told, count: number) => boolean,
): Promise<Told[]> {
  const child = start(['watch', '--json', '--only', 'labels', '--since', since], cwd);
  const all: Told[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    const told = JSON.parse(line) as Told;
    all.push(told);
    if (isEnough(told, all.length)) break;
  }
  child.kill('SIGKILL');
  await once(child, 'close');
  return all;
}

test(`of ${MOVES} moves by another process none is missed by a watcher that is killed and started again`, async () => {
  const cwd = await freshStore();
  const ids: string[] = [];
  for (const name of ['a', 'b']) {
    await cas(['add', `${name}:file`, '-'], { cwd, input: name });
    const [newest] = (await cas(['log', '--json', name], { cwd })).stdout.split('\n');
    ids.push((JSON.parse(newest!) as { id: string }).id);
  }
  const mover = startMover(cwd, ids);
  const ended = once(mover, 'exit');
  const seen = new Set<number>();
  let cursor = '0';
  for (let at = 0; at < 4; at++) {
    const isLast = at === 3;
    const all = await watchUntil(cwd, cursor, ({ n }, count) =>
      isLast ? n === MOVES + 2 : count === WATCHED,
    );
    for (const { n } of all) seen.add(n);
    cursor = all.at(-1)!.cursor;
  }
  expect(await ended).toEqual([0, null]);
  expect([...seen]).toEqual(Array.from({ length: MOVES + 2 }, (_, at) => at + 1));
});

test('watch says what happens in lines, and is stopped by Ctrl-C', async () => {
  const cwd = await freshStore();
  const child = start(['watch'], cwd);
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const first = lines.next();
  for (let at = 0; ; at++) {
    await cas(['add', 'a:file', '-'], { cwd, input: `content ${at}` });
    const told = await Promise.race([first, new Promise((done) => setTimeout(done, 300))]);
    if (told !== undefined) break; // it may have begun later
  }
  expect((await first).value).toMatch(/^(?:put sha256:[0-9a-f]{64}|label a \w+ -> [0-9a-f]{12} 20.*)$/);
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([130, null]);
  expect((await cas(['watch', '--since', 'x'], { cwd })).code).toBe(2);
  expect((await cas(['watch', '--only', 'x'], { cwd })).stderr).toContain("cannot watch 'x' only");
});

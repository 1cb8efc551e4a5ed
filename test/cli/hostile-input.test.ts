/** What strangers hand to the command: archives full of tricks, and folders that lead back into themselves. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Canary } from '../../torture/attacks/hostile/canary.ts';
import { hostileArchive } from '../../torture/attacks/hostile/hostile-archive.ts';
import { COMMAND, cas, casEnvironment, freshFolder, freshStore } from './cas-process.ts';

const ARCHIVES = 20;
/** `cas: <what>`, a cause and a hint in between, and nothing of the program itself. */
const IN_WORDS = /^cas: [^\n]+\n(hint: [^\n]+\n)?$/;

test('archives of strangers are committed and exported, or refused in words, and nothing lands elsewhere', async () => {
  const cwd = await freshStore();
  let committed = 0;
  for (let seed = 1; seed <= ARCHIVES; seed++) {
    const top = freshFolder();
    const canary = new Canary(top);
    const input = hostileArchive(seed, { outside: canary.folder });
    const taken = await cas(['commit', `x${seed}`, '--tar', '-', '-q'], { cwd, input });
    if (taken.code === 0) {
      committed++;
      const exported = await cas(['export', `x${seed}`, '-o', `${join(top, 'out')}/`, '-q'], { cwd });
      expect(exported, `seed ${seed}`).toMatchObject({ code: 0, stderr: '' });
    } else {
      expect([2, 6], `seed ${seed}: ${taken.stderr}`).toContain(taken.code);
      expect(taken.stderr).toMatch(IN_WORDS);
    }
    expect(canary.findHarm(['out']), `seed ${seed}`).toEqual([]);
  }
  expect(committed).toBeGreaterThan(2);
  expect(committed).toBeLessThan(ARCHIVES - 2);
  expect(await cas(['fsck'], { cwd })).toMatchObject({ code: 0 });
});

test('symlinks that lead in circles are kept as they are, and followed nowhere', async () => {
  const cwd = await freshStore();
  const set = freshFolder();
  mkdirSync(join(set, 'd'));
  for (const [name, target] of Object.entries({
    self: 'self',
    one: 'two',
    two: 'one',
    'd/up': '..',
    'd/here': '.',
  }))
    symlinkSync(target, join(set, name));
  expect(await cas(['commit', 'x', set, '-q'], { cwd })).toMatchObject({ code: 0, stderr: '' });
  expect((await cas(['ls', '-r', 'x'], { cwd })).stdout).toBe('d/\nd/here\nd/up\none\nself\ntwo\n');
  expect(await cas(['verify', 'x', set], { cwd })).toMatchObject({ code: 0 });
});

test('a folder that is mounted into itself is walked once', async (context) => {
  const alone = ['-m', '--propagation', 'private'];
  if (spawnSync('unshare', [...alone, 'true']).status !== 0) context.skip('it takes root to mount');
  const cwd = await freshStore();
  const set = freshFolder();
  mkdirSync(join(set, 'self'));
  writeFileSync(join(set, 'f'), 'once');
  const script = 'mount --bind "$1" "$1/self" && shift && exec "$@"';
  const words = ['sh', '-c', script, 'sh', set, process.execPath, COMMAND, 'commit', 'x', set, '-q'];
  const { status, stderr } = spawnSync('unshare', [...alone, ...words], {
    cwd,
    env: casEnvironment(),
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect((await cas(['ls', '-r', 'x'], { cwd })).stdout).toBe('f\nself/\nself/f\nself/self/\n');
});

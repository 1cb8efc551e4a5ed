import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cas, casEnvironment, freshFolder } from './cas-process.ts';

const hasSums = spawnSync('sha256sum', ['--version']).status === 0;
const NAMES = ['plain', 'two words', 'line\nbreak', 'back\\slash', 'return\r', '-dash', 'é\u202e'];

function folderWithNames(): string {
  const cwd = freshFolder();
  for (const [at, name] of NAMES.entries()) writeFileSync(join(cwd, name), `content ${at}`);
  return cwd;
}

test.skipIf(!hasSums && !process.env['CI'])("the lines are sha256sum's own, whatever the names", async () => {
  const cwd = folderWithNames();
  const options = { cwd, encoding: 'utf8', env: casEnvironment() } as const;
  const lines = await cas(['hash', '--', ...NAMES], { cwd });
  expect(lines).toMatchObject({ code: 0, stderr: '' });
  expect(lines.stdout).toBe(spawnSync('sha256sum', ['--', ...NAMES], options).stdout);
  expect(spawnSync('sha256sum', ['--check', '--strict'], { ...options, input: lines.stdout }).status).toBe(0);
  const zero = await cas(['hash', '-z', '--', ...NAMES], { cwd });
  expect(zero.stdout).toBe(spawnSync('sha256sum', ['-z', '--', ...NAMES], options).stdout);
});

test('hash needs no store, reads standard input, and goes on after a file that it cannot read', async () => {
  const cwd = freshFolder();
  writeFileSync(join(cwd, 'a'), 'abc');
  mkdirSync(join(cwd, 'folder'));
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect((await cas(['hash'], { cwd, input: 'abc' })).stdout).toBe(`${abc}  -\n`);
  expect((await cas(['hash', 'a', '-'], { cwd, input: 'abc' })).stdout).toBe(`${abc}  a\n${abc}  -\n`);
  expect(JSON.parse((await cas(['hash', '--json', 'a'], { cwd })).stdout)).toEqual({
    file: 'a',
    id: `sha256:${abc}`,
  });
  const some = await cas(['hash', 'gone', 'a', 'folder'], { cwd });
  expect(some).toMatchObject({ code: 3, stdout: `${abc}  a\n` });
  expect(some.stderr).toContain("cannot read 'gone': no such file");
  expect(some.stderr).toContain("cannot read 'folder': it is a folder");
});

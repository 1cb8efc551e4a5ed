import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cas, freshStore } from './cas-process.ts';

const hasGit = spawnSync('git', ['--version']).status === 0;

test('--batch answers as git cat-file does', async () => {
  const cwd = await freshStore();
  writeFileSync(join(cwd, 'a'), 'one\ntwo');
  const snapshot = (await cas(['commit', 'x', 'a', '-q'], { cwd })).stdout.trim().slice('sha256:'.length);
  const content = (await cas(['hash', 'a'], { cwd })).stdout.slice(0, 64);
  const bytes = (await cas(['cat', snapshot], { cwd })).stdout;
  const input = `${content}\nx:a\nno such\n${snapshot}\nx:gone\n\n../x\nx`;
  const { code, stdout, stderr } = await cas(['cat', '--batch'], { cwd, input });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const one = `${content} blob 7\none\ntwo\n`;
  const commit = `${snapshot} commit ${bytes.length}\n${bytes}\n`;
  expect(stdout).toBe(
    `${one}${one}no such missing\n${commit}x:gone missing\n missing\n../x missing\n${commit}`,
  );

  const check = await cas(['cat', '--batch-check'], { cwd, input: `${content}\n${'0'.repeat(64)}\n` });
  expect(check.stdout).toBe(`${content} blob 7\n${'0'.repeat(64)} missing\n`);
  expect((await cas(['cat', '--batch', 'x'], { cwd })).code).toBe(2);
  expect((await cas(['cat', '--batch'], { cwd, input: 'x'.repeat(20_000) })).code).toBe(2);
});

test.skipIf(!hasGit && !process.env['CI'])(
  'git reads the same bytes through git-dir, in the same framing',
  async () => {
    const cwd = await freshStore();
    writeFileSync(join(cwd, 'a'), 'hello\n');
    writeFileSync(join(cwd, 'b'), '');
    await cas(['commit', 'x', 'a', 'b', '-q'], { cwd });
    const ids = (await cas(['hash', 'a', 'b'], { cwd })).stdout.split('\n').map((line) => line.slice(0, 64));
    const folder = (await cas(['git-dir'], { cwd })).stdout.trim();
    const input = ids.filter((id) => id !== '').join('\n');
    const git = spawnSync('git', [`--git-dir=${folder}`, 'cat-file', '--batch'], { input, encoding: 'utf8' });
    expect(git.stderr).toBe('');
    expect((await cas(['cat', '--batch'], { cwd, input })).stdout).toBe(git.stdout);
  },
);

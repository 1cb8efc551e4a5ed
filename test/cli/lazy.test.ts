/** Clones without contents, as a user meets them. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cas, freshFolder } from './cas-process.ts';

/** A folder with a store `whole` that has one label, and `thin`, its clone. */
async function freshClone(...options: readonly string[]): Promise<string> {
  const cwd = freshFolder();
  mkdirSync(join(cwd, 'set', 'docs'), { recursive: true });
  mkdirSync(join(cwd, 'whole'));
  writeFileSync(join(cwd, 'set', 'a.txt'), 'first\n');
  writeFileSync(join(cwd, 'set', 'docs', 'b.txt'), 'second\n');
  await cas(['init', 'whole'], { cwd });
  await cas(['--store', 'whole', 'commit', 'app/v1', 'set', '-m', 'first'], { cwd });
  const { code, stderr } = await cas(['clone', 'whole', 'thin', ...options], { cwd });
  expect([code, stderr]).toEqual([0, expect.stringContaining("cloned into 'thin'")]);
  return cwd;
}

const thin = (cwd: string, ...args: readonly string[]) => cas(['--store', 'thin', ...args], { cwd });

test('contents come when they are read, and are told where they cannot come', async () => {
  const cwd = await freshClone('--lazy');
  expect(await thin(cwd, 'remote')).toMatchObject({
    stdout: expect.stringMatching(/^origin {2}.* {2}\(lazy\)\n$/),
  });
  expect(await thin(cwd, 'cat', 'app/v1:a.txt')).toMatchObject({ code: 0, stdout: 'first\n' });
  renameSync(join(cwd, 'whole'), join(cwd, 'away'));
  expect(await thin(cwd, 'cat', 'app/v1:a.txt')).toMatchObject({ code: 0, stdout: 'first\n' });
  const { code, stderr } = await thin(cwd, 'cat', 'app/v1:docs/b.txt');
  expect(stderr).toMatch(/^cas: object 'sha256:[0-9a-f]{64}' is not here, and 'origin', which promises it/);
  expect(stderr).toContain("hint: see with 'cas remote' where it is looked for");
  expect(code).toBe(7);
  expect(await thin(cwd, 'fsck')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('contents-promised'),
  });
  expect(await thin(cwd, 'status', 'app/v1', 'set')).toMatchObject({ code: 0, stdout: '' });
  expect(await thin(cwd, 'gc')).toMatchObject({ code: 0 });
});

test('contents are fetched before they are needed, all or some', async () => {
  const cwd = await freshClone('--lazy');
  expect(await thin(cwd, 'fetch', '--contents', 'app/v1:docs', '-n')).toMatchObject({
    stdout: expect.stringMatching(/^1 object, .* would come\n$/),
  });
  expect(await thin(cwd, 'fetch', '--contents', 'app/v1:docs')).toMatchObject({ code: 0, stdout: '' });
  const { stdout } = await thin(cwd, 'fetch', 'origin', '--contents', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ objects: 1, absent: [] });
  expect(await thin(cwd, 'remote', 'remove', 'origin')).toMatchObject({ code: 0 });
  expect(await thin(cwd, 'fetch', '--contents', '--prune')).toMatchObject({ code: 2 });
});

test('a clone may bring some paths at once, and the last who promises the rest stays', async () => {
  const cwd = await freshClone('--path', 'docs/');
  renameSync(join(cwd, 'whole'), join(cwd, 'away'));
  expect(await thin(cwd, 'cat', 'app/v1:docs/b.txt')).toMatchObject({ code: 0, stdout: 'second\n' });
  const { code, stderr } = await thin(cwd, 'remote', 'remove', 'origin');
  expect([code, stderr]).toEqual([
    6,
    expect.stringContaining("hint: bring them here with 'cas fetch --contents'"),
  ]);
  expect(await thin(cwd, 'remote', 'remove', 'origin', '--force')).toMatchObject({ code: 0 });
  expect(await thin(cwd, 'fsck')).toMatchObject({ code: 5 });
});

test('processes that read the same at once all get it', async () => {
  const cwd = await freshClone('--lazy');
  const runs = await Promise.all(
    Array.from({ length: 4 }, () => thin(cwd, 'export', 'app/v1', '-o', '-', '--format', 'tar')),
  );
  const [first] = runs;
  expect(first!.bytes.length).toBeGreaterThan(1024);
  for (const { code, bytes } of runs) expect([code, bytes.equals(first!.bytes)]).toEqual([0, true]);
  expect(await thin(cwd, 'fsck')).toMatchObject({ code: 0, stdout: expect.not.stringContaining('promised') });
});

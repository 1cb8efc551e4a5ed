/** `fsck` and `stats`: how a store is. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cas } from './cas-process.ts';
import { filledStore } from './filled-store.ts';

test('cas fsck prints each finding and a summary, and exits with 5 only for errors', async () => {
  const cwd = await filledStore();
  const objects = join(cwd, '.cas/objects');
  expect(await cas(['fsck'], { cwd })).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^checked \d+ objects: nothing is wrong\n$/) as unknown,
  });
  writeFileSync(join(objects, 'stranger\x1b'), '');
  writeFileSync(join(objects, 'tmp_1_0123456789abcdef'), '');
  const odd = await cas(['fsck'], { cwd });
  expect(odd.code).toBe(0);
  expect(odd.stdout).toMatch(/^warning file-unknown: '.*\/stranger%1B' is no part of a store\n {8}hint: /m);
  expect(odd.stdout).toMatch(/^info {4}temporary-left: /m);
  expect(odd.stdout).toMatch(/: 1 warning, 1 left-over\n$/);
  const [{ id }] = [
    JSON.parse((await cas(['show', '--json', 'set/main:data.bin'], { cwd })).stdout) as { id: string },
  ];
  rmSync(join(objects, id.slice(7, 9), id.slice(9)));
  const bad = await cas(['fsck', '--json'], { cwd });
  expect(bad.code).toBe(5);
  const values = bad.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(values).toContainEqual(
    expect.objectContaining({ id: 'object-missing', severity: 'error', object: id }),
  );
  expect(values.at(-1)).toEqual({ checked: expect.any(Number) as unknown, errors: 1, warnings: 1, infos: 1 });
  expect((await cas(['labels'], { cwd })).code).toBe(0);
});

test('cas labels lists a label whose snapshot is lost, among the others', async () => {
  const cwd = await filledStore();
  await cas(['label', 'create', 'old', 'set/main~1'], { cwd });
  const { id } = JSON.parse((await cas(['labels', '--json', 'set/'], { cwd })).stdout) as { id: string };
  rmSync(join(cwd, '.cas/objects', id.slice(7, 9), id.slice(9)));
  const { code, stdout } = await cas(['labels'], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^old .* first\nset\/main .* \(damaged: run 'cas fsck'\)\n$/);
});

test('cas stats says what is held, what it takes, and what is saved', async () => {
  const cwd = await filledStore();
  const { stdout, code } = await cas(['stats'], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^labels {8}1\nreachable {5}2 snapshots, \d+ folders, \d+ contents\nversions {6}11\.1 kB as folders side by side\n/,
  );
  expect(stdout).toMatch(/^unreachable {3}0 objects, 0 B\n/m);
  const found = JSON.parse((await cas(['stats', '--json'], { cwd })).stdout) as Record<string, unknown>;
  const files = readdirSync(join(cwd, '.cas/objects'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => /^..[/\\]/.test(path) && path.length > 60,
  );
  expect(found).toMatchObject({ labels: 1, snapshots: 2, objects: { count: files.length } });
});

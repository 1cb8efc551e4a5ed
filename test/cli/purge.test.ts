import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cas, freshStore } from './cas-process.ts';

test('purge lists who refers to an object, and leaves a hole by force that fsck knows of', async () => {
  const cwd = await freshStore();
  writeFileSync(join(cwd, 'secret.txt'), 'the secret\n');
  writeFileSync(join(cwd, 'other.txt'), 'other\n');
  await cas(['commit', 'docs', 'secret.txt', 'other.txt', '-q'], { cwd });
  const refused = await cas(['purge', 'docs:secret.txt'], { cwd });
  expect(refused).toMatchObject({ code: 6, stdout: '' });
  expect(refused.stderr).toContain('docs:secret.txt refers to it, in ');
  expect(refused.stderr).toContain("'--force'");
  const id = (await cas(['ls', '--json', 'docs'], { cwd })).stdout
    .split('\n')
    .filter((line) => line.includes('secret'))
    .map((line) => (JSON.parse(line) as { id: string }).id)[0]!;
  expect(await cas(['purge', '--force', 'docs:secret.txt', '--json'], { cwd })).toMatchObject({
    code: 0,
    stdout: `${JSON.stringify({ id, objects: 1, holes: 1 })}\n`,
  });
  const cat = await cas(['cat', 'docs:secret.txt'], { cwd });
  expect(cat).toMatchObject({ code: 3 });
  expect(cat.stderr).toContain('was purged from this store');
  const fsck = await cas(['fsck'], { cwd });
  expect(fsck).toMatchObject({ code: 0 });
  expect(fsck.stdout).toContain('was purged');
  expect(fsck.stdout).toMatch(/: 1 purged content\n$/);
  expect((await cas(['gc'], { cwd })).code).toBe(0);
  expect((await cas(['cat', 'docs:other.txt'], { cwd })).stdout).toBe('other\n');
  expect((await cas(['purge', '--force', 'docs'], { cwd })).stderr).toContain('is a snapshot that label');
  expect((await cas(['put', 'secret.txt'], { cwd })).stdout).toContain(id);
  expect((await cas(['cat', 'docs:secret.txt'], { cwd })).stdout).toBe('the secret\n');
  expect((await cas(['purge', '0'.repeat(64)], { cwd })).code).toBe(3);
});

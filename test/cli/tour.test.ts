import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMAND, cas, casEnvironment, freshFolder } from './cas-process.ts';

/** A folder with what folders may have in them, and another one for temporary files. */
function tourFolder(): {
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly temporary: string;
} {
  const folder = freshFolder();
  mkdirSync(join(folder, 'sub/empty'), { recursive: true });
  writeFileSync(join(folder, 'README.md'), '# one\n');
  writeFileSync(join(folder, 'sub/last.txt'), 'last\n');
  writeFileSync(join(folder, '.casignore'), '*.txt\n');
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xfe, 0x0a])]), 'odd');
  symlinkSync('gone', join(folder, 'dangling'));
  const temporary = freshFolder();
  return { folder, temporary, env: { TMPDIR: temporary, CAS_DIR: join(folder, 'no-such-store') } };
}

test('the tour proves what it shows, and leaves nothing behind', async () => {
  const { folder, env, temporary } = tourFolder();
  const before = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const run = await cas(['tour', folder], { env });
  expect(run.code).toBe(0);
  const commands = run.stdout.split('\n').filter((line) => line.startsWith('$ '));
  expect(commands.filter((line) => line.startsWith('$ cas ')).map((line) => line.split(' ')[2])).toEqual([
    'init',
    'commit',
    'commit',
    'log',
    'diff',
    'export',
    'verify',
    'verify',
  ]);
  expect(run.stdout).toContain("committed 5 files, 24 B as 'demo', a new label");
  expect(run.stdout).toMatch(/^A +6 B +hello\.txt$/m);
  const hashes = [...run.stdout.matchAll(/^ +(copy|unpacked) +(5 files, .*, hash of all [0-9a-f]{32})/gm)];
  expect(hashes.map(([, name]) => name)).toEqual(['copy', 'unpacked']);
  expect(hashes[0]?.[2]).toBe(hashes[1]?.[2]);
  expect(run.stdout).toContain('All is equal.');
  expect(readdirSync(temporary)).toEqual([]);
  expect(readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()).toEqual(before);
});

test('--keep leaves a store that the next commands find', async () => {
  const { folder, env } = tourFolder();
  const { stdout } = await cas(['tour', '--keep', folder], { env });
  const [, kept = ''] = /^Kept: cd (\S+) && cas log demo$/m.exec(stdout) ?? [];
  expect((await cas(['cat', 'demo:hello.txt'], { cwd: kept })).stdout).toBe('hello\n');
});

test('what cannot be toured is told, and Ctrl-C leaves nothing behind', async () => {
  const { folder, env, temporary } = tourFolder();
  expect((await cas(['tour', join(folder, 'gone')], { env })).code).toBe(3);
  expect((await cas(['tour', join(folder, 'README.md')], { env })).code).toBe(2);
  expect((await cas(['tour', temporary], { env })).stderr).toContain(
    'holds the temporary folder of the tour',
  );
  expect(readdirSync(temporary)).toEqual([]);

  for (let at = 0; at < 3000; at++) writeFileSync(join(folder, `file-${at}`), `content ${at}`);
  const child = spawn(process.execPath, [COMMAND, 'tour', folder], {
    env: casEnvironment(env),
    stdio: 'pipe',
  });
  while (!existsSync(join(temporary, readdirSync(temporary)[0] ?? '', '.cas'))) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([130, null]);
  expect(readdirSync(temporary)).toEqual([]);
});

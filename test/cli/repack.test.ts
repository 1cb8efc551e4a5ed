/** `repack` and `maintenance`: what they print, and that maintenance follows by itself. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { noise } from '../arbitraries/contents.ts';
import { cas, freshStore } from './cas-process.ts';

const PACKS = '.cas/objects/pack';

function packsIn(cwd: string): string[] {
  return readdirSync(join(cwd, PACKS)).filter((name) => name.endsWith('.pack'));
}

async function commitVersion(cwd: string, version: number): Promise<void> {
  mkdirSync(join(cwd, 'dist'), { recursive: true });
  for (let number = 0; number < 30; number++) {
    const text = `file ${number} of version ${version}\n${`${number} says the same in every line\n`.repeat(40)}`;
    writeFileSync(join(cwd, 'dist', `file-${number}`), text);
  }
  expect(await cas(['commit', 'app', 'dist', '-q'], { cwd })).toMatchObject({ code: 0, stderr: '' });
}

test('cas repack packs what is new, with --all everything, and says what it saved', async () => {
  const cwd = await freshStore();
  await commitVersion(cwd, 1);
  await commitVersion(cwd, 2);
  expect(packsIn(cwd)).toHaveLength(2);
  const { code, stdout } = await cas(['repack', '--all'], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^packed 64 objects out of 2 packs and 0 loose objects: [\d.]+ kB before, [\d.]+ kB now\n$/,
  );
  expect(packsIn(cwd)).toHaveLength(1);
  expect(await cas(['repack'], { cwd })).toMatchObject({ code: 0, stdout: 'nothing to pack\n' });
  const json = await cas(['repack', '--all', '--json', '--newest', 'whole', '--depth', '5'], { cwd });
  expect(JSON.parse(json.stdout)).toMatchObject({
    objects: 64,
    packsRemoved: expect.any(Number) as unknown,
    left: [],
  });
  expect(await cas(['fsck'], { cwd })).toMatchObject({ code: 0 });
  expect((await cas(['repack', '--newest', 'small'], { cwd })).code).toBe(2);
  expect((await cas(['repack', '--depth', 'deep'], { cwd })).code).toBe(2);
});

test('cas repack ends with 5 and a hint where an object cannot be read, and has packed the others', async () => {
  const cwd = await freshStore();
  await commitVersion(cwd, 1);
  const [pack = ''] = packsIn(cwd);
  const path = join(cwd, PACKS, pack);
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(60) ^ 1, 60);
  rmSync(path); // it is read-only
  writeFileSync(path, bytes);
  const { code, stderr } = await cas(['repack', '--all'], { cwd });
  expect(code).toBe(5);
  expect(stderr).toMatch(
    /^cas: warning: 1 object cannot be read, and stayed where they are\nhint: run 'cas fsck'/,
  );
  expect(packsIn(cwd)).toHaveLength(2);
});

test('cas repack on threads stores versions of large files as deltas, and gives each back', async () => {
  const cwd = await freshStore();
  const folder = join(cwd, 'dist');
  mkdirSync(folder);
  const large = noise(2_500_000);
  for (let version = 0; version < 3; version++) {
    large.fill(version, version * 1000, version * 1000 + 300);
    writeFileSync(join(folder, 'large.bin'), large);
    for (let number = 0; number < 30; number++) {
      writeFileSync(join(folder, `${number}.bin`), noise(20_000, number + 1).fill(version, 7, 99));
    }
    await cas(['commit', 'app', 'dist', '-q'], { cwd });
  }
  const { stdout } = await cas(['repack', '--all', '--json'], { cwd });
  const { bytesBefore, bytesAfter } = JSON.parse(stdout) as { bytesBefore: number; bytesAfter: number };
  expect(bytesBefore).toBeGreaterThan(9_000_000);
  expect(bytesAfter).toBeLessThan(3_200_000);
  const again = JSON.parse((await cas(['repack', '--all', '--json'], { cwd })).stdout) as {
    bytesAfter: number;
  };
  expect(again.bytesAfter).toBeLessThanOrEqual(bytesAfter);
  expect(await cas(['fsck'], { cwd })).toMatchObject({ code: 0 });
  expect(await cas(['verify', 'app', 'dist'], { cwd })).toMatchObject({ code: 0 });
});

test('a commit starts maintenance once much has gathered, and does not wait for it', async () => {
  const cwd = await freshStore();
  await cas(['config', 'set', 'maintenance.packs', '2'], { cwd });
  for (let version = 1; version <= 3; version++) await commitVersion(cwd, version);
  const log = join(cwd, '.cas/cache/maintenance.log');
  expect(existsSync(log)).toBe(true);
  for (let wait = 0; wait < 200 && packsIn(cwd).length > 2; wait++) await sleep(50);
  expect(packsIn(cwd).length).toBeLessThanOrEqual(2);
  for (let wait = 0; wait < 200 && existsSync(join(cwd, '.cas/gc.lock')); wait++) await sleep(50);
  expect(await cas(['fsck'], { cwd })).toMatchObject({ code: 0 });
});

test('what went wrong with it is said by the next command, once', async () => {
  const cwd = await freshStore();
  mkdirSync(join(cwd, '.cas/cache'), { recursive: true });
  writeFileSync(
    join(cwd, '.cas/cache/maintenance.log'),
    '(node:1) a warning\ncas: the disk is full\nhint: make room\n',
  );
  const told = await cas(['put', '--stdin'], { cwd, input: 'one' });
  expect(told).toMatchObject({
    code: 0,
    stderr: 'cas: warning: automatic maintenance failed: the disk is full\n',
  });
  expect(await cas(['put', '--stdin'], { cwd, input: 'two' })).toMatchObject({ code: 0, stderr: '' });
});

test('cas maintenance packs what has gathered', async () => {
  const cwd = await freshStore();
  await cas(['config', 'set', 'maintenance.auto', 'false'], { cwd });
  for (let version = 1; version <= 3; version++) await commitVersion(cwd, version);
  expect(await cas(['maintenance', '--auto'], { cwd })).toMatchObject({ code: 0, stdout: '' });
  expect(packsIn(cwd)).toHaveLength(3);
  expect(await cas(['maintenance'], { cwd })).toMatchObject({ code: 0, stdout: 'packed 96 objects\n' });
  expect(packsIn(cwd)).toHaveLength(1);
});

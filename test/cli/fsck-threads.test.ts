/** `fsck` of more than one thread checks: the same is found, wherever it is decoded. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cas, freshStore } from './cas-process.ts';

const FILES = 40;
const FILE_BYTES: number = 4 * 2 ** 20;

/** 160 MiB that compress well, no two files alike. */
function writeFiles(folder: string): void {
  for (let file = 0; file < FILES; file++) {
    const content = Buffer.alloc(FILE_BYTES, randomBytes(4096));
    content.writeUInt32BE(file);
    writeFileSync(join(folder, `file-${file}`), content);
  }
}

function flip(path: string, at: number): void {
  chmodSync(path, 0o644);
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, at);
  writeSync(file, Buffer.of(byte[0]! ^ 1), 0, 1, at);
  closeSync(file);
}

test('fsck finds what is damaged in a store that is checked by several threads, and repairs the rest', async () => {
  const cwd = await freshStore();
  writeFiles(cwd);
  expect(await cas(['commit', 'large', '.'], { cwd })).toMatchObject({ code: 0 });
  const sound = await cas(['fsck'], { cwd });
  expect(sound).toMatchObject({ code: 0, stdout: `checked ${FILES + 2} objects: nothing is wrong\n` });

  const packs = join(cwd, '.cas/objects/pack');
  const [pack] = readdirSync(packs).filter((name) => name.endsWith('.pack'));
  const path = join(packs, pack!);
  const size = statSync(path).size;
  for (let part = 1; part < 8; part++) flip(path, Math.floor((size * part) / 8));
  const bad = await cas(['fsck', '--json'], { cwd });
  const lines = bad.stdout.trim().split('\n');
  const found = lines.slice(0, -1).map((line) => JSON.parse(line) as { id: string; object?: string });
  expect(bad.code).toBe(5);
  expect(found.map(({ id }) => id).sort()).toEqual([
    ...Array<string>(7).fill('object-corrupt'),
    'pack-corrupt',
  ]);
  expect(new Set(found.map(({ object }) => object)).size).toBe(8);

  const mended = await cas(['fsck', '--repair', '--json'], { cwd });
  expect(mended.code).toBe(5); // what is lost stays lost
  const left = mended.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id?: string });
  expect(left.filter(({ id }) => id === 'object-missing')).toHaveLength(7);
  expect(await cas(['commit', 'large', '.', '--allow-empty'], { cwd })).toMatchObject({ code: 0 });
  expect(await cas(['fsck'], { cwd })).toMatchObject({ code: 0 });
});

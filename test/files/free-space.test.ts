/** What is left on a disk for whoever makes room on it. */
import { expect, test, vi } from 'vitest';
import { checkRoomIsLeft } from '../../src/files/free-space.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';

const room = vi.hoisted(() => ({ blocks: 0, bavail: 0, bsize: 4096, files: 0, ffree: 0 }));
vi.mock('node:fs', async (original) => {
  const mocked = { ...(await original<object>()), statfsSync: () => room };
  return { ...mocked, default: mocked };
});

const BLOCK = 4096;

test.each([
  ['a large disk with enough', { blocks: 2 ** 20, bavail: 70, files: 100, ffree: 64 }, 6 * BLOCK, true],
  ['a byte too little', { blocks: 2 ** 20, bavail: 70, files: 100, ffree: 64 }, 6 * BLOCK + 1, false],
  ['too few files', { blocks: 2 ** 20, bavail: 2 ** 19, files: 100, ffree: 63 }, 0, false],
  ['a disk that counts no files', { blocks: 2 ** 20, bavail: 2 ** 19, files: 0, ffree: 0 }, 0, true],
  ['a small disk, of which a quarter is left', { blocks: 64, bavail: 16, files: 0, ffree: 0 }, 0, true],
  ['and one byte less', { blocks: 64, bavail: 16, files: 0, ffree: 0 }, 1, false],
  ['a disk that does not say how large it is', { blocks: 0, bavail: 0, files: 0, ffree: 0 }, 1e9, true],
])('what adds leaves room: %s', (_which, found, addedBytes, isEnough) => {
  Object.assign(room, found);
  const check = (): void => checkRoomIsLeft(nodeFiles(), '/here', addedBytes);
  if (isEnough) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ code: 'NO_SPACE', errno: 'ENOSPC' }));
});

test('nobody asks how much room a volume has', () => {
  Object.assign(room, { blocks: 1, bavail: 0, files: 1, ffree: 0 });
  expect(() => checkRoomIsLeft(new FaultyFileSystem(), '/here', 1)).not.toThrow();
});

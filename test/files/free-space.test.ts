/** What is left on a disk for whoever makes room on it. */
import { expect, test } from 'vitest';
import { checkRoomIsLeft, isRoomLeft } from '../../src/files/free-space.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';

const BLOCK = 4096;

test.each([
  ['a large disk with enough', { blocks: 2 ** 20, bavail: 70, files: 100, ffree: 64 }, 6 * BLOCK, true],
  ['a byte too little', { blocks: 2 ** 20, bavail: 70, files: 100, ffree: 64 }, 6 * BLOCK + 1, false],
  ['too few files', { blocks: 2 ** 20, bavail: 2 ** 19, files: 100, ffree: 63 }, 0, false],
  ['a disk that counts no files', { blocks: 2 ** 20, bavail: 2 ** 19, files: 0, ffree: 0 }, 0, true],
  ['a small disk, of which a quarter is left', { blocks: 64, bavail: 16, files: 0, ffree: 0 }, 0, true],
  ['and one byte less', { blocks: 64, bavail: 16, files: 0, ffree: 0 }, 1, false],
])('what adds leaves room: %s', (_which, room, addedBytes, isLeft) => {
  expect(isRoomLeft({ ...room, bsize: BLOCK }, addedBytes)).toBe(isLeft);
});

test('nobody asks how much room a volume has', () => {
  expect(() => checkRoomIsLeft(new FaultyFileSystem(), '/here', 1e15)).not.toThrow();
});

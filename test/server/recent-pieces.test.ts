/** Pieces that are held for who asks next. */
import { expect, test } from 'vitest';
import { RecentPieces } from '../../src/server/recent-pieces.ts';

test('what was used the longest time ago goes first, and no more is held than there is room for', () => {
  const pieces = new RecentPieces(30);
  for (const key of ['a', 'b', 'c']) pieces.add(key, new Uint8Array(10));
  pieces.find('a');
  pieces.add('d', new Uint8Array(10));
  expect(['a', 'b', 'c', 'd'].filter((key) => pieces.find(key) !== undefined)).toEqual(['a', 'c', 'd']);
  pieces.add('long', new Uint8Array(31));
  expect(['a', 'c', 'd', 'long'].filter((key) => pieces.find(key) !== undefined)).toEqual([]);
});

test('what is held is handed out itself, and replaced by what is added under its key', () => {
  const pieces = new RecentPieces(30);
  const [first, second] = [new Uint8Array(20), new Uint8Array(30)];
  pieces.add('a', first);
  expect(pieces.find('a')).toBe(first);
  pieces.add('a', second);
  expect(pieces.find('a')).toBe(second);
});

/** A store with a short history, filled by the library, to be looked at by the command. */
import { join } from 'node:path';
import { initStore } from '../../src/index.ts';
import { type EntryToCommit, fromEntries } from '../../src/source/entries.ts';
import { freshFolder } from './cas-process.ts';

const TIME = 1_769_817_600; // 2026-01-31T00:00:00Z

/** Bytes that no text has, and what a terminal would act on. */
export const AWKWARD: Uint8Array = Uint8Array.from([0x62, 0xff, 0x1b, 0x5b, 0x33, 0x31, 0x6d]);
export const AWKWARD_TEXT = 'b%FF%1B[31m';

const FIRST: readonly EntryToCommit[] = [
  { path: 'a.txt', content: 'one\ntwo\nthree\n' },
  { path: AWKWARD, content: 'x' },
  { path: 'docs/deep/n.md', content: 'deep\n' },
  {
    path: 'docs/index.html',
    content: '<p>',
    attributes: new Map([
      ['mediaType', 'text/html'],
      ['language', 'en'],
    ]),
  },
  { path: 'empty', kind: 'folder' },
  { path: 'link', content: 'a.txt', kind: 'symlink' },
  { path: 'data.bin', content: new Uint8Array(5000) },
  { path: 'run me', content: '#!/bin/sh\n', kind: 'executable' },
];
const SECOND: readonly EntryToCommit[] = [
  { path: 'a.txt', content: 'one\nTWO\nthree\n' },
  { path: AWKWARD, content: 'x' },
  { path: 'docs/deep/n.md', content: 'deep\n' },
  {
    path: 'docs/index.html',
    content: '<p>',
    attributes: new Map([
      ['mediaType', 'text/html'],
      ['language', 'de'],
    ]),
  },
  { path: 'link', content: 'a.txt' },
  { path: 'data.bin', content: new Uint8Array(6000) },
  { path: 'new', content: 'no newline' },
  { path: 'run me', content: '#!/bin/sh\n' },
];

/** Makes a folder whose store has the label `set/main`, two snapshots long. */
export async function filledStore(): Promise<string> {
  const folder = freshFolder();
  await using store = await initStore(join(folder, '.cas'), { who: 'ann' });
  await store.commit('set/main', fromEntries(FIRST), { message: 'first\n\nand why\n', timeSeconds: TIME });
  await store.commit('set/main', fromEntries(SECOND), {
    message: 'second \x1b[31mred\n',
    timeSeconds: TIME + 60,
    author: { name: 'Ann', mail: 'ann@example.org' },
  });
  return folder;
}

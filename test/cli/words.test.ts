/** A word that a command does not take where it stands. */
import { expect, test } from 'vitest';
import { cas, freshStore } from './cas-process.ts';

test.each([
  [['bundle', 'crate', 'x.casb'], "'cas bundle' knows no 'crate'", "did you mean 'cas bundle create'?"],
  [
    ['bundle', 'unpack', 'x.casb'],
    "'cas bundle' knows no 'unpack'",
    'choose one of create, verify, list, apply',
  ],
  [['remote', 'ad', 'a', 'b'], "'cas remote' knows no 'ad'", "did you mean 'cas remote add'?"],
  [['serve', 'token'], "'cas serve token' needs another word", 'choose one of add, list, remove'],
  [['alias', 'list', 'sha-1'], "'cas alias list' knows no 'sha-1'", "did you mean 'cas alias list sha1'?"],
  [['config', 'lsit'], "'cas config' knows no 'lsit'", "did you mean 'cas config list'?"],
  [['import', 'git', '.'], "'cas import' knows no 'git'", 'choose one of theater, representations'],
  [['label', 'mvoe', 'a', 'b'], "'cas label' knows no 'mvoe'", "did you mean 'cas label move'?"],
  [['completion'], "'cas completion' needs another word", 'choose one of bash, zsh, fish'],
])('%j', async (words, message, hint) => {
  const cwd = await freshStore();
  const run = await cas(words, { cwd });
  expect(run).toMatchObject({ code: 2, stdout: '', stderr: `cas: ${message}\nhint: ${hint}\n` });
});

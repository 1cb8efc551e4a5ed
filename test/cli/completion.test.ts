import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { COMMAND, cas, casEnvironment, freshFolder, freshStore } from './cas-process.ts';

let cwd = '';
beforeAll(async () => {
  cwd = await freshStore();
  mkdirSync(join(cwd, 'set/docs'), { recursive: true });
  writeFileSync(join(cwd, 'set/app'), 'a');
  writeFileSync(join(cwd, 'set/docs/my guide.md'), 'b');
  await cas(['commit', 'release/v1', 'set', '-q'], { cwd });
  await cas(['commit', 'report', 'set/app', '-q'], { cwd });
});

async function wordsAfter(...words: readonly string[]): Promise<string[]> {
  const { code, stdout } = await cas(['completion', '--words', '--', ...words], { cwd });
  expect(code).toBe(0);
  return stdout.split('\n').slice(0, -1);
}

test('commands, options, labels, paths in sets and words of a command are offered', async () => {
  expect(await wordsAfter('com')).toEqual(['commit', 'completion']);
  expect(await wordsAfter('commit', '--no')).toEqual(['--no-ignore']);
  expect(await wordsAfter('log', '')).toEqual(['release/v1', 'report']);
  expect(await wordsAfter('cat', 'report', 'rel')).toEqual(['release/v1']);
  expect(await wordsAfter('ls', 'release/v1:')).toEqual(['release/v1:app', 'release/v1:docs/']);
  expect(await wordsAfter('ls', 'release/v1:docs/m')).toEqual(['release/v1:docs/my guide.md']);
  expect(await wordsAfter('config', 's')).toEqual(['set']);
  expect(await wordsAfter('label', 'mo')).toEqual(['move']);
  expect(await wordsAfter('label', 'move', 'rep')).toEqual(['report']);
  expect(await wordsAfter('completion', '')).toEqual(['bash', 'zsh', 'fish']);
});

test('nothing is offered where files are meant, or nothing is known', async () => {
  expect(await wordsAfter('commit', 'report', '')).toEqual([]);
  expect(await wordsAfter('export', 'report', '-o', 'r')).toEqual([]);
  expect(await wordsAfter('ls', 'gone:')).toEqual([]);
  expect(await wordsAfter('nonsense', '')).toEqual([]);
  const outside = await cas(['completion', '--words', '--', 'log', ''], { cwd: freshFolder() });
  expect(outside).toMatchObject({ code: 0, stdout: '', stderr: '' });
  expect((await cas(['completion', 'tcsh'], { cwd })).stderr).toContain(
    'hint: choose one of bash, zsh, fish',
  );
});

/** A folder with `cas` in it, for a shell's PATH. */
function folderWithCas(): string {
  const folder = freshFolder();
  writeFileSync(join(folder, 'cas'), `#!/bin/sh\nexec '${process.execPath}' '${COMMAND}' "$@"\n`);
  chmodSync(join(folder, 'cas'), 0o755);
  return folder;
}

function runShell(shell: string, script: string): string {
  const { PATH, ...env } = casEnvironment();
  const options = { cwd, encoding: 'utf8', env: { ...env, PATH: `${folderWithCas()}:${PATH}` } } as const;
  const { stdout, stderr } = spawnSync(shell, ['-c', script], options);
  expect(stderr).toBe('');
  return stdout;
}

const BASH = `
source <(cas completion bash)
try() { COMP_LINE=$1 COMP_POINT=\${#1} COMPREPLY=(); _cas 2>/dev/null; echo "\${COMPREPLY[*]}"; }
try 'cas com'; try 'cas log '; try 'cas cat release/v1:'; try 'cas cat release/v1:docs/'`;

test('the script for bash completes, also behind a colon and with blanks', () => {
  expect(runShell('bash', BASH).split('\n')).toEqual([
    'commit completion',
    'release/v1 report',
    'app docs/',
    'docs/my\\ guide.md',
    '',
  ]);
});

const hasFish = spawnSync('fish', ['--version']).status === 0;
test.skipIf(!hasFish)('the script for fish completes', () => {
  const script = `cas completion fish | source; complete -C 'cas com'; complete -C 'cas log '`;
  expect(runShell('fish', script).split('\n')).toEqual(['commit', 'completion', 'release/v1', 'report', '']);
});

const hasZsh = spawnSync('zsh', ['--version']).status === 0;
test.skipIf(!hasZsh)('the script for zsh completes', () => {
  const script = `
compdef() { :; }
compadd() { local word; for word in "$@"; do [[ $word == -* ]] || print -r -- "$word"; done; }
source <(cas completion zsh)
words=(cas log re) CURRENT=3; _cas
words=(cas ls release/v1:) CURRENT=3; _cas`;
  const found = runShell('zsh', script)
    .split('\n')
    .filter((line) => line !== '');
  expect(found).toEqual(['release/v1', 'report', 'release/v1:docs/', 'release/v1:app']);
});

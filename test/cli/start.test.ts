/** What all commands have in common. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { optionsOf, usageOf } from '../../src/cli/usage.ts';
import { COMMAND, cas, casEnvironment, freshFolder, freshStore } from './cas-process.ts';

let store = '';
beforeAll(async () => {
  store = await freshStore();
  writeFileSync(join(store, 'a.txt'), 'a\n');
  await cas(['commit', 'x', 'a.txt', '-q'], { cwd: store });
});

describe.each(COMMANDS.map((listed) => [listed.name, listed] as const))('%s', (name, listed) => {
  test('says what it does, what it takes and how it is used', async () => {
    const { spec } = await listed.load();
    expect(usageOf(spec).split(' ')[0]).toBe(name);
    expect(spec.summary).toMatch(/^[a-z].*[^.]$/);
    expect(spec.examples.some(([command]) => command.includes(`cas ${name}`))).toBe(true);
    const aliases = Object.values(optionsOf(spec)).flatMap(({ alias }) => alias ?? []);
    expect(new Set(aliases).size).toBe(aliases.length);
    for (const line of [spec.summary, ...(spec.about ?? '').split('\n')])
      expect(line.length).toBeLessThan(116);
  });
});

test('the help names every command, and each has its own', async () => {
  const overview = await cas(['--help']);
  expect(overview).toMatchObject({ code: 0, stderr: '' });
  for (const { name } of COMMANDS) expect(overview.stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  expect((await cas([])).stdout).toBe(overview.stdout);
  const own = await cas(['commit', '--help', '--nonsense']);
  expect(own).toMatchObject({ code: 0, stderr: '' });
  expect(own.stdout).toContain('usage: cas commit LABEL [PATH…]\n');
  expect((await cas(['help', 'commit'])).stdout).toBe(own.stdout);
});

test('--version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect((await cas(['--version'])).stdout).toBe(`cas ${version}\n`);
});

test('a word that is not known is told with the nearest that is', async () => {
  expect(await cas(['comit'])).toMatchObject({
    code: 2,
    stderr: "cas: no command is named 'comit'\nhint: did you mean 'cas commit'? See 'cas --help'\n",
  });
  expect((await cas(['lgo'])).stderr).toContain("did you mean 'cas log'");
  expect((await cas(['\u001b[31mred'])).stderr).not.toContain('\u001b');
  expect((await cas(['log', '--on-line', 'x'])).stderr).toContain("did you mean '--oneline'");
  expect((await cas(['log', 'x', 'y'])).stderr).toContain(
    "does not take the word 'y'\nhint: write 'cas log REV",
  );
});

test('a failure is one line and a hint, or JSON, and never a stack', async () => {
  const text = await cas(['log', 'gone'], { cwd: store });
  expect(text).toMatchObject({ code: 3, stdout: '' });
  expect(text.stderr).toBe(
    "cas: no label or object is named 'gone'\nhint: run 'cas labels' for all labels\n",
  );
  const json = await cas(['log', 'gone', '--json'], { cwd: store });
  expect(JSON.parse(json.stderr)).toEqual({
    error: {
      code: 'REVISION_NOT_FOUND',
      message: "no label or object is named 'gone'",
      hint: "run 'cas labels' for all labels",
      exitCode: 3,
    },
  });
  const outside = await cas(['log', 'x'], { cwd: freshFolder() });
  expect(outside.code).toBe(3);
  expect(outside.stderr).toContain("hint: make one with 'cas init'");
  expect((await cas(['log', 'gone'], { cwd: store, env: { CAS_DEBUG: '1' } })).stderr).toMatch(/^ +at /m);
});

test('the store is that of --store, of CAS_DIR, or the nearest above', async () => {
  const elsewhere = freshFolder();
  const found = await cas(['--store', store, 'cat', 'x'], { cwd: elsewhere });
  expect(found.stdout).toBe('a\n');
  expect((await cas(['cat', 'x'], { cwd: elsewhere, env: { CAS_DIR: join(store, '.cas') } })).stdout).toBe(
    'a\n',
  );
  expect((await cas(['cat', 'x'], { cwd: join(store, '.cas/refs') })).stdout).toBe('a\n');
});

test('a reader that goes away is no error', async () => {
  const big = join(freshFolder(), 'big');
  writeFileSync(big, Buffer.alloc(5_000_000, 'x\n'));
  const id = (await cas(['put', big], { cwd: store })).stdout.trim();
  const child = spawn(process.execPath, [COMMAND, 'cat', id], { cwd: store, env: casEnvironment() });
  let complaint = '';
  child.stderr.on('data', (piece: Buffer) => (complaint += piece.toString()));
  await once(child.stdout, 'data');
  child.stdout.destroy();
  expect(await once(child, 'close')).toEqual([141, null]);
  expect(complaint).toBe('');
});

test.skipIf(!existsSync('/dev/full'))('a full disk behind the output is told', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [COMMAND, 'export', 'x'], {
    cwd: store,
    encoding: 'utf8',
    env: casEnvironment(),
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  expect(status).toBe(7);
  expect(stderr).toMatch(/^cas: cannot write 'standard output': no space left on device\nhint: /);
});

test.each([
  [[], 'cas: interrupted; nothing was changed that was not finished\n'],
  [
    ['--json'],
    expect.stringMatching(/^\{"error":\{"code":"INTERRUPTED","message":".+","exitCode":130\}\}\n$/),
  ],
])('Ctrl-C ends a command that waits for input: %j', async (words, told) => {
  const line = [COMMAND, 'put', '--stdin', ...words];
  const child = spawn(process.execPath, line, { cwd: store, env: casEnvironment() });
  let complaint = '';
  child.stderr.on('data', (piece: Buffer) => (complaint += piece.toString()));
  child.stdin.write('some, and no end');
  setTimeout(() => child.kill('SIGINT'), 500);
  expect(await once(child, 'close')).toEqual([130, null]);
  expect(complaint).toEqual(told);
});

const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
test.skipIf(!hasScript)('a terminal is shown colours, and no archive', () => {
  const onTerminal = (words: string, more: Record<string, string> = {}): string =>
    spawnSync('script', ['-qec', `'${process.execPath}' '${COMMAND}' ${words}`, '/dev/null'], {
      cwd: store,
      encoding: 'utf8',
      env: casEnvironment({ TERM: 'xterm', ...more }),
    }).stdout;
  expect(onTerminal('export x')).toContain(
    'cas: will not write an archive to a terminal\r\nhint: name a file',
  );
  expect(onTerminal('log x')).toContain('\u001b[33msnapshot');
  expect(onTerminal('log x', { NO_COLOR: '1' })).not.toContain('\u001b');
});

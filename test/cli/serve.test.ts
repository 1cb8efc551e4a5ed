/** `cas serve` as a process: what it prints, how it ends, its tokens, and a store over two pipes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { ask } from '../server/served.ts';
import { COMMAND, cas, casEnvironment, freshFolder, freshStore } from './cas-process.ts';

let store = '';
beforeAll(async () => {
  store = await freshStore();
  writeFileSync(join(store, 'a.txt'), 'of a\n');
  writeFileSync(join(store, 'long.txt'), 'long\n'.repeat(4_000_000));
  await cas(['commit', 'x', 'a.txt', 'long.txt', '-q'], { cwd: store });
});

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Serving {
  readonly child: ChildProcess;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  /** What it prints first. */
  readonly line: string;
}

async function serve(args: readonly string[], cwd = store): Promise<Serving> {
  const child = spawn(process.execPath, [COMMAND, 'serve', '--port', '0', ...args], {
    cwd,
    env: casEnvironment(),
  });
  children.push(child);
  const ended = endOf(child);
  child.stderr.resume();
  const [first] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return { child, ended, line: first.trim() };
}

async function endOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

test('says where it is, answers, logs, and ends well when it is asked to', async () => {
  const log = join(freshFolder(), 'access.log');
  const { child, ended, line } = await serve(['site=.', '--log', log]);
  expect(line).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/s\/site$/);
  expect((await ask(`${line}/label/x/a.txt`)).text).toBe('of a\n');
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(readFileSync(log, 'utf8')).toMatch(
    /^\d{4}-\S+Z 127\.0\.0\.1 - GET \/s\/site\/label\/x\/a\.txt 200 5 \d+ -\n$/,
  );
});

test('lets what is at work end, takes nothing new, and waits for nobody who is gone', async () => {
  const { child, ended, line } = await serve(['site=.']);
  const slow = request(`${line}/label/x/long.txt`).end();
  const [response] = (await once(slow, 'response')) as [IncomingMessage];
  child.kill('SIGINT');
  let length = 0;
  response.on('data', (piece: Buffer) => {
    length += piece.length;
  });
  await once(response, 'end');
  expect(length).toBe(20_000_000);
  expect(await ended).toBe(0);
  await expect(ask(`${line}/labels`)).rejects.toThrow(/ECONNREFUSED/);
});

test('tells as JSON which stores it serves', async () => {
  const { line } = await serve(['a=.', `b=${store}`, '--json']);
  const [first, second] = line.split('\n').map((each) => JSON.parse(each) as { name: string; url: string });
  expect([first?.name, second?.name]).toEqual(['a', 'b']);
  expect((await ask(`${second!.url}/labels`)).text).toContain(' x\n');
});

test('makes, lists and removes tokens, and shows each once', async () => {
  const folder = await freshStore();
  const add = (...args: string[]): ReturnType<typeof cas> =>
    cas(['serve', 'token', 'add', ...args], { cwd: folder });
  const { stdout } = await add('ci', '--scope', 'write', '--labels', 'builds/*', '--labels', 'x');
  expect(stdout).toMatch(/^cas_[\w-]{43}\n$/);
  expect(readFileSync(join(folder, '.cas/tokens'), 'utf8')).not.toContain(stdout.trim());
  expect(JSON.parse((await add('all', '--json')).stdout)).toMatchObject({ name: 'all', scope: 'read' });
  const list = await cas(['serve', 'token', 'list'], { cwd: folder });
  expect(list.stdout).toBe('all  read  (all labels)\nci  write  builds/*  x\n');
  expect(await add('ci')).toMatchObject({ code: 4, stderr: expect.stringContaining("'ci' already") });
  expect((await add('a b')).code).toBe(2);
  expect((await add('c', '--labels', '../x')).code).toBe(2);
  expect((await add('c', '--scope', 'all')).code).toBe(2);
  expect((await cas(['serve', 'token', 'remove', 'ci', 'all'], { cwd: folder })).code).toBe(0);
  expect((await cas(['serve', 'token', 'remove', 'ci'], { cwd: folder })).code).toBe(3);
  const { line } = await serve(['site=.'], folder);
  expect((await ask(`${line}/labels`)).status).toBe(401);
});

test.each([
  [['--write', '--host', '0.0.0.0'], 6, 'anybody who reaches this machine could write'],
  [['a=.', 'a=.'], 2, "two stores would be served as 'a'"],
  [['a b=.'], 2, "no store can be served as 'a b'"],
  [['x=nowhere'], 3, 'no store in'],
  [['--port', '99999999'], 7, 'cannot listen at'],
  [['--port', 'http'], 2, 'takes a whole number'],
  [['--cert', 'x'], 2, 'no good without its key'],
  [
    ['--cert', import.meta.filename, '--key', import.meta.filename],
    2,
    'no https with this certificate and key',
  ],
  [['token', 'add', 'x', 'y'], 2, "'serve token add' takes one name"],
  [['token', 'remove'], 2, "write 'cas serve token remove NAME'"],
  [['token', 'ad', 'x'], 2, "did you mean 'cas serve token add'"],
])('is refused for %j', async (args, code, told) => {
  const run = await cas(['serve', ...args], { cwd: store });
  expect(run.code, run.stderr).toBe(code);
  expect(run.stderr).toContain(told);
});

test('a port that is taken is told', async () => {
  const { line } = await serve(['site=.']);
  const { port } = new URL(line);
  const run = await cas(['serve', '--port', port], { cwd: store });
  expect(run).toMatchObject({ code: 7, stderr: expect.stringMatching(/cannot listen at .*\nhint: choose/) });
});

test('with --stdio it speaks the same over two pipes, until its input ends', async () => {
  const child = spawn(process.execPath, [COMMAND, 'serve', '--stdio', store], { env: casEnvironment() });
  const ended = endOf(child);
  children.push(child);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const pipe = Duplex.from({ readable: child.stdout, writable: child.stdin });
  const asking = request({ createConnection: () => pipe as Socket, path: '/s/store/label/x/a.txt' }).end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  expect(Buffer.concat(pieces).toString()).toBe('of a\n');
  child.stdin.end();
  expect(await ended).toBe(0);
  expect(stderr).toBe('');
});

test('an idle connection does not keep it from ending', async () => {
  const { child, ended, line } = await serve(['site=.']);
  const { port } = new URL(line);
  const idle = connect(Number(port), '127.0.0.1');
  await once(idle, 'connect');
  idle.on('error', () => {});
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  idle.destroy();
});

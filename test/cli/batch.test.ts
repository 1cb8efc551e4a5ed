import { spawn, spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { COMMAND, cas, casEnvironment, freshStore } from './cas-process.ts';

const hasGit = spawnSync('git', ['--version']).status === 0;

test('--batch answers as git cat-file does', async () => {
  const cwd = await freshStore();
  writeFileSync(join(cwd, 'a'), 'one\ntwo');
  const snapshot = (await cas(['commit', 'x', 'a', '-q'], { cwd })).stdout.trim().slice('sha256:'.length);
  const content = (await cas(['hash', 'a'], { cwd })).stdout.slice(0, 64);
  const bytes = (await cas(['cat', snapshot], { cwd })).stdout;
  const input = `${content}\nx:a\nno such\n${snapshot}\nx:gone\n\n../x\nx`;
  const { code, stdout, stderr } = await cas(['cat', '--batch'], { cwd, input });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const one = `${content} blob 7\none\ntwo\n`;
  const commit = `${snapshot} commit ${bytes.length}\n${bytes}\n`;
  expect(stdout).toBe(
    `${one}${one}no such missing\n${commit}x:gone missing\n missing\n../x missing\n${commit}`,
  );

  const check = await cas(['cat', '--batch-check'], { cwd, input: `${content}\n${'0'.repeat(64)}\n` });
  expect(check.stdout).toBe(`${content} blob 7\n${'0'.repeat(64)} missing\n`);
  expect((await cas(['cat', '--batch', 'x'], { cwd })).code).toBe(2);
  expect((await cas(['cat', '--batch'], { cwd, input: 'x'.repeat(20_000) })).code).toBe(2);
});

test.skipIf(!hasGit && !process.env['CI'])(
  'git reads the same bytes through git-dir, in the same framing',
  async () => {
    const cwd = await freshStore();
    writeFileSync(join(cwd, 'a'), 'hello\n');
    writeFileSync(join(cwd, 'b'), '');
    await cas(['commit', 'x', 'a', 'b', '-q'], { cwd });
    const ids = (await cas(['hash', 'a', 'b'], { cwd })).stdout.split('\n').map((line) => line.slice(0, 64));
    const folder = (await cas(['git-dir'], { cwd })).stdout.trim();
    const input = ids.filter((id) => id !== '').join('\n');
    const git = spawnSync('git', [`--git-dir=${folder}`, 'cat-file', '--batch'], { input, encoding: 'utf8' });
    expect(git.stderr).toBe('');
    expect((await cas(['cat', '--batch'], { cwd, input })).stdout).toBe(git.stdout);
  },
);

test('--batch answers many out of a pack, in the order asked, among lines that name nothing', async () => {
  const cwd = await freshStore();
  mkdirSync(join(cwd, 'd'));
  const contents = Array.from({ length: 300 }, (_, number) => `content ${number}\n`.repeat(number));
  for (const [number, content] of contents.entries()) writeFileSync(join(cwd, 'd', `${number}`), content);
  await cas(['commit', 'x', 'd', '-q'], { cwd });
  const ids = contents.map((content) => hash('sha256', content));
  const asked = [...ids.toReversed(), 'x:7', 'f'.repeat(64), ...ids, 'nothing', ids[5]!];
  const answers = asked.map((line) => {
    const at = line === 'x:7' ? 7 : ids.indexOf(line);
    const content = contents[at];
    return content === undefined ? `${line} missing\n` : `${ids[at]} blob ${content.length}\n${content}\n`;
  });
  const { code, stdout } = await cas(['cat', '--batch'], { cwd, input: asked.join('\n') });
  expect(code).toBe(0);
  expect(stdout).toBe(answers.join(''));
});

test('--batch answers each line before the next one is asked', async () => {
  const cwd = await freshStore();
  writeFileSync(join(cwd, 'a'), 'one');
  await cas(['commit', 'x', 'a', '-q'], { cwd });
  const child = spawn(process.execPath, [COMMAND, 'cat', '--batch'], { cwd, env: casEnvironment() });
  let heard = '';
  child.stdout.on('data', (piece: Buffer) => (heard += piece.toString()));
  const id = hash('sha256', 'one');
  for (const [line, answer] of [
    ['x:a', `${id} blob 3\none\n`],
    ['nothing', 'nothing missing\n'],
    [id, `${id} blob 3\none\n`],
  ]) {
    heard = '';
    child.stdin.write(`${line}\n`);
    await vi.waitUntil(() => heard.length >= answer!.length, { timeout: 10_000 });
    expect(heard).toBe(answer);
  }
  child.stdin.end();
  expect(await once(child, 'close')).toEqual([0, null]);
});

/** Runs `cas cat --batch` of ids in a pipeline of the shell, whose pipes are no sockets. */
function inPipeline(
  ids: readonly string[],
  { cwd, into }: { readonly cwd: string; readonly into: string },
): { readonly ended: Promise<unknown>; readonly numberIn: (name: string) => number } {
  writeFileSync(join(cwd, 'ids'), ids.join('\n'));
  const script = `{ "$0" "$1" cat --batch < ids & echo $! > pid; wait $!; echo $? > code; } | ${into}`;
  const child = spawn('sh', ['-c', script, process.execPath, COMMAND], { cwd, env: casEnvironment() });
  const ended = once(child, 'close');
  const numberIn = (name: string): number => Number(readFileSync(join(cwd, name), 'utf8'));
  return { ended, numberIn };
}

async function storeOfMany(): Promise<{ cwd: string; contents: readonly string[]; ids: readonly string[] }> {
  const cwd = await freshStore();
  mkdirSync(join(cwd, 'd'));
  const contents = Array.from({ length: 40 }, (_, number) => `content ${number}\n`.repeat(10_000));
  for (const [number, content] of contents.entries()) writeFileSync(join(cwd, 'd', `${number}`), content);
  await cas(['commit', 'x', 'd', '-q'], { cwd });
  return { cwd, contents, ids: contents.map((content) => hash('sha256', content)) };
}

test.skipIf(process.platform === 'win32')(
  '--batch fills a pipe of the shell with the same bytes',
  async () => {
    const { cwd, contents, ids } = await storeOfMany();
    const { ended, numberIn } = inPipeline(ids, { cwd, into: 'cat > out' });
    await ended;
    expect(numberIn('code')).toBe(0);
    const expected = contents.map((content, at) => `${ids[at]} blob ${content.length}\n${content}\n`);
    expect(readFileSync(join(cwd, 'out'), 'latin1') === expected.join('')).toBe(true);
  },
);

test.skipIf(process.platform === 'win32')('--batch ends when whoever reads the pipe goes away', async () => {
  const { cwd, ids } = await storeOfMany();
  const { ended, numberIn } = inPipeline(ids, { cwd, into: 'head -c 100000 > out' });
  await ended;
  expect(numberIn('code')).toBe(141);
});

test.skipIf(process.platform === 'win32')('--batch ends at Ctrl-C while nobody reads the pipe', async () => {
  const { cwd, ids } = await storeOfMany();
  const { ended, numberIn } = inPipeline(ids, { cwd, into: 'while [ ! -s code ]; do sleep 0.1; done' });
  await vi.waitFor(() => expect(numberIn('pid')).toBeGreaterThan(0), 5000);
  setTimeout(() => process.kill(numberIn('pid'), 'SIGINT'), 1500);
  await ended;
  expect(numberIn('code')).toBe(130);
});

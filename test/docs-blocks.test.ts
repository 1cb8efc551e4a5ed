import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type Example,
  ExampleShell,
  exampleEnvironment,
  matchesOutput,
  parseExamples,
} from './docs-blocks.ts';

const sh = (source: string): Example => ({ language: 'sh', source, line: 1, expected: undefined });

async function withShell(work: (shell: ExampleShell) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'cas-docs-'));
  const folder = join(home, 'work');
  await mkdir(folder);
  try {
    await using shell = new ExampleShell(folder, await exampleEnvironment(home, '/nowhere'));
    await work(shell);
  } finally {
    await rm(home, { recursive: true });
  }
}

test('parseExamples() finds scripts with their output and modules, and nothing else', () => {
  const markdown = `# Title
\`\`\`sh
echo a
\`\`\`

\`\`\`text
a
\`\`\`

\`\`\`text
not an output
\`\`\`
\`\`\`json
{}
\`\`\`
\`\`\`ts
export {};
\`\`\`
Words between.
\`\`\`text
not an output
\`\`\`
\`\`\`sh no-run it needs a network
curl
\`\`\`
`;
  expect(parseExamples(markdown)).toEqual([
    { language: 'sh', source: 'echo a\n', line: 2, expected: 'a\n' },
    { language: 'ts', source: 'export {};\n', line: 16, expected: undefined },
  ]);
});

test('parseExamples() asks for the reason of no-run', () => {
  expect(() => parseExamples('\n```sh no-run\ncurl\n```\n')).toThrow('line 2: say why this cannot run');
});

test('matchesOutput() takes … for the rest of a line, or alone for any number of lines', () => {
  expect(matchesOutput('id 12ab of 3\n', 'id … of 3\n')).toBe(true);
  expect(matchesOutput('id 12ab\n of 3\n', 'id … of 3\n')).toBe(false);
  expect(matchesOutput('first\na\nb\nlast\n', 'first\n…\nlast\n')).toBe(true);
  expect(matchesOutput('first\nlast\n', 'first\n…\nlast\n')).toBe(true);
  expect(matchesOutput('first\na\n', 'first\n…\n')).toBe(true);
  expect(matchesOutput('first\n', 'first\n…\n')).toBe(true);
  expect(matchesOutput('first\nlast\nmore\n', 'first\n…\nlast\n')).toBe(false);
});

test('matchesOutput() takes everything else as it is written', () => {
  expect(matchesOutput('a.c (1)  \n\n', 'a.c (1)\n')).toBe(true);
  expect(matchesOutput('abc (1)\n', 'a.c (1)\n')).toBe(false);
  expect(matchesOutput('a\n', '')).toBe(false);
  expect(matchesOutput('', '')).toBe(true);
});

test('examples of one document share folder, variables and place', () =>
  withShell(async (shell) => {
    expect(await shell.run(sh('name=value; mkdir sub; cd sub\n'))).toBe('');
    expect(await shell.run(sh('echo "$name"; basename "$PWD"; cat; echo late >&2\n'))).toBe(
      'value\nsub\nlate\n',
    );
    const module: Example = { ...sh('const n: number = 6 * 7;\nconsole.log(n);\n'), language: 'ts' };
    expect(await shell.run(module)).toBe('42\n');
  }));

test('an example that fails says what it printed and how it ended', () =>
  withShell(async (shell) => {
    await expect(shell.run(sh('echo so far\nfalse\necho never\n'))).rejects.toThrow('exit code 1:\nso far\n');
  }));

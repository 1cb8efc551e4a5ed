/** Every example in the documents runs, and prints what the document says. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Example,
  ExampleShell,
  exampleEnvironment,
  matchesOutput,
  parseExamples,
} from './docs-blocks.ts';

const COMMAND = resolve('dist/bin/cas.cjs');
const LIMIT_MS = 120_000;

const documents = [
  ...(existsSync('README.md') ? ['README.md'] : []),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path))
    .sort(),
];

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cas-docs-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function runExamples(document: string, examples: readonly Example[]): Promise<void> {
  if (!existsSync(COMMAND)) throw new Error(`no '${COMMAND}': run 'npm run build' first`);
  const folder = join(home, document.replace(/\W+/g, '-'), 'work');
  await mkdir(folder, { recursive: true });
  await using shell = new ExampleShell(folder, await exampleEnvironment(home, COMMAND));
  for (const example of examples) {
    const place = `${document}:${example.line}`;
    const printed = await shell.run(example).catch((cause: unknown) => {
      throw new Error(`${place}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    });
    if (example.expected === undefined || matchesOutput(printed, example.expected)) continue;
    expect.soft(printed, `${place} prints something else`).toBe(example.expected);
  }
}

describe.each(documents)('%s', (document) => {
  const examples = parseExamples(readFileSync(document, 'utf8'));
  test.runIf(examples.length > 0)(
    'its examples do what it says',
    () => runExamples(document, examples),
    LIMIT_MS,
  );
});

/**
 * The examples in a Markdown file, and how they are run.
 *
 * ```sh          a script for bash; the blocks of one file share one folder and one shell
 * ```text        right after it: what it prints. `…` stands for anything in a line, alone in one for any lines
 * ```sh no-run why it cannot run here
 * ```ts          a module; `caskit` is the library's front door, `caskit/browser` and others are those beside it
 *
 * Blocks in other languages are no examples.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

export interface Example {
  readonly language: 'sh' | 'ts';
  readonly source: string;
  /** Where its fence is, counted from 1. */
  readonly line: number;
  /** What it prints; `undefined` where the document does not say. */
  readonly expected: string | undefined;
}

const FENCE = /^```(?<language>\w*) *(?<info>.*)\n(?<source>[\s\S]*?)^```$/gm;
const FOLLOWING_OUTPUT = /^\s*```(?:text|output)\n([\s\S]*?)^```$/m;

/** @throws Error for a block that is not to be run and does not say why */
export function parseExamples(markdown: string): Example[] {
  const examples: Example[] = [];
  for (const match of markdown.matchAll(FENCE)) {
    const { language, info = '', source = '' } = match.groups ?? {};
    if (language !== 'sh' && language !== 'ts') continue;
    const line = markdown.slice(0, match.index).split('\n').length;
    if (info === 'no-run') throw new Error(`line ${line}: say why this cannot run`);
    if (info.startsWith('no-run ')) continue;
    const output = FOLLOWING_OUTPUT.exec(markdown.slice(match.index + match[0].length));
    const expected = output?.index === 0 ? output[1] : undefined;
    examples.push({ language, source, line, expected });
  }
  return examples;
}

/** Whether `actual` is what `expected` allows; space at the end of a line and lines at the end do not count. */
export function matchesOutput(actual: string, expected: string): boolean {
  const pattern = linesOf(expected).map((line) => {
    if (line === '…') return '(?:.*\n)*';
    const parts = line.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return `${parts.join('.*')}\n`;
  });
  const printed = linesOf(actual).map((line) => `${line}\n`);
  return new RegExp(`^${pattern.join('')}$`).test(printed.join(''));
}

function linesOf(text: string): string[] {
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => line.trimEnd()).slice(0, text.trimEnd() === '' ? 0 : undefined);
}

/** Says that a block is done, and cannot be part of what a block prints. */
const DONE = '\u001e\n';

/** All examples of one document together. */
const LIMIT_MS = 100_000;

/** One bash for all examples of a file: what one leaves behind, in files or in variables, the next one finds. */
export class ExampleShell implements AsyncDisposable {
  readonly #folder: string;
  readonly #bash: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<void>;
  #isOver = false;
  #printed = '';
  #count = 0;

  /** @param folder where the examples run; their scripts are kept beside it */
  constructor(folder: string, environment: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#bash = spawn('bash', ['-euo', 'pipefail'], {
      cwd: folder,
      env: environment,
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    this.#closed = this.#end();
    this.#bash.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#printed += text;
    });
    this.#bash.stdin.on('error', () => {}); // bash ended first, which run() reports
    this.#bash.stdin.write('exec 2>&1\n');
  }

  async #end(): Promise<void> {
    await once(this.#bash, 'close');
    this.#isOver = true;
  }

  /** What `example` prints, errors included. @throws Error with that when it fails */
  async run(example: Example): Promise<string> {
    this.#printed = '';
    const name = `${this.#folder}.${this.#count++}`;
    // Node is silent about deprecated calls inside packages, and cannot tell them once they are bundled.
    const script =
      example.language === 'sh' ? example.source : `node --no-deprecation '${await bundle(example, name)}'\n`;
    await writeFile(`${name}.sh`, script);
    this.#bash.stdin.write(`source '${name}.sh' </dev/null; printf '\\036\\n'\n`);
    while (!this.#printed.endsWith(DONE)) {
      await Promise.race([this.#closed, once(this.#bash.stdout, 'data')]);
      if (this.#isOver) throw new Error(`failed with exit code ${this.#bash.exitCode}:\n${this.#printed}`);
    }
    return this.#printed.slice(0, -DONE.length);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#bash.kill('SIGKILL');
    await this.#closed;
  }
}

/** Not to be bundled: it looks for its own files. */
const WEBPACK: string = resolve('node_modules/webpack/lib/index.js');

/** A file that node runs, of a block that imports the library by its name. */
async function bundle({ source }: Example, name: string): Promise<string> {
  await build({
    stdin: { contents: source, loader: 'ts', resolveDir: resolve('.') },
    alias: {
      caskit: resolve('src/index.ts'),
      'caskit/browser': resolve('src/browser.ts'),
      'caskit/theater': resolve('src/theater.ts'),
      'caskit/semiont': resolve('src/semiont.ts'),
      webpack: WEBPACK,
    },
    external: [WEBPACK],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    outfile: `${name}.mjs`,
    logLevel: 'silent',
  });
  return `${name}.mjs`;
}

/** What every example finds around it, the same on every machine, with `cas` on its path. */
export async function exampleEnvironment(home: string, command: string): Promise<NodeJS.ProcessEnv> {
  const bin = join(home, 'bin');
  await mkdir(bin, { recursive: true });
  const wrapper = `#!/bin/sh\nexec '${process.execPath}' '${command}' "$@"\n`;
  await writeFile(join(bin, 'cas'), wrapper, { mode: 0o755 });
  return {
    PATH: `${bin}:${process.env['PATH']}`,
    HOME: home,
    TZ: 'UTC',
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    CAS_AUTHOR: 'Ada <ada@example.com>',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
  };
}

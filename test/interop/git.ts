/** The real git, as a process. */
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';

const MAX_BYTES = 2 ** 28;

/** Whether the tests that need git may be left out: never where they must all run. */
export const withoutGit: boolean = spawnSync('git', ['--version']).status !== 0 && !process.env['CI'];

export interface GitOptions {
  /** @default the folder of temporary files, which is in no repository */
  readonly cwd?: string;
  /** @default empty */
  readonly input?: string | Uint8Array;
}

/**
 * What git prints.
 *
 * @throws Error where it fails, or complains
 */
export function git(words: readonly string[], options: GitOptions = {}): Buffer {
  const { cwd = tmpdir(), input = '' } = options;
  const { status, stdout, stderr } = spawnSync('git', words, {
    cwd,
    input,
    maxBuffer: MAX_BYTES,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: cwd,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'A',
      GIT_AUTHOR_EMAIL: 'a@example.org',
      GIT_COMMITTER_NAME: 'A',
      GIT_COMMITTER_EMAIL: 'a@example.org',
    },
  });
  if (status !== 0 || stderr.length > 0) {
    throw new Error(`'git ${words.join(' ')}' ended with ${status}: ${stderr.toString()}`);
  }
  return stdout;
}

/** One answer of `git cat-file --batch`. */
export interface PrintedObject {
  readonly hex: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** The answers in what `git cat-file --batch` printed. */
export function* parseBatch(printed: Buffer): Generator<PrintedObject> {
  for (let at = 0; at < printed.length; ) {
    const lineEnd = printed.indexOf(0x0a, at);
    const [hex = '', type = '', size = ''] = printed.toString('latin1', at, lineEnd).split(' ');
    const end = lineEnd + 1 + Number(size);
    yield { hex, type, bytes: printed.subarray(lineEnd + 1, end) };
    at = end + 1;
  }
}

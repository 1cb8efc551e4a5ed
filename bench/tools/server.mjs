/**
 * Servers in processes of their own, each with a line to it on which bytes are counted.
 *
 * @typedef {import('../measure.mjs').Bench} Bench
 *
 * @typedef {object} Server
 * @property {string} url
 * @property {string} countedUrl the same server, at the other end of the line
 * @property {() => number} takeMovedBytes over the line, in both directions, since this was last asked
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LINE = join(import.meta.dirname, 'counted-line.mjs');
const PATIENCE_MS = 20_000;
const PAUSE_MS = 2;

/**
 * Servers that run until `use` has returned; nothing of it may be awaited.
 *
 * @param {Bench} bench
 * @param {(start: (argv: readonly string[]) => Server) => void} use starts them, by commands whose first line is a URL
 */
export function whileServing(bench, use) {
  /** @type {(() => void)[]} */
  const ends = [];
  const start = (/** @type {readonly string[]} */ argv) => {
    const program = startProgram(bench, argv, String(ends.length));
    ends.push(program.end);
    return program;
  };
  try {
    use((argv) => {
      const { url } = start(argv);
      const { host, port } = new URL(url);
      const line = start([process.execPath, LINE, port]);
      const countedUrl = url.replace(host, new URL(line.url).host);
      return { url, countedUrl, takeMovedBytes: takingCounts(line.printed) };
    });
  } finally {
    for (const end of ends.toReversed()) end();
  }
}

/** @param {() => string} printed by a counted line */
function takingCounts(printed) {
  let taken = 0;
  return () => {
    const counts = waitFor(() => countsOf(printed()), 'connections to be closed');
    const moved = counts.slice(taken).reduce((sum, count) => sum + count, 0);
    taken = counts.length;
    return moved;
  };
}

/** What each connection moved; `undefined` while one of them is open. @param {string} printed */
function countsOf(printed) {
  const [, ...words] = printed.trim().split('\n');
  const counts = words.filter((word) => word !== 'open').map(Number);
  return counts.length * 2 === words.length ? counts : undefined;
}

/**
 * Who awaits nothing is not told what a child prints; so that goes into a file, which is looked at until it says enough.
 *
 * @param {Bench} bench @param {readonly string[]} argv @param {string} name
 */
function startProgram(bench, argv, name) {
  const path = join(bench.fresh(`program-${name}`), 'printed');
  const output = openSync(path, 'w');
  const [file = '', ...words] = argv;
  const child = spawn(file, words, {
    cwd: bench.folder,
    env: bench.env,
    stdio: ['ignore', output, 'ignore'],
  });
  closeSync(output);
  const printed = () => readFileSync(path, 'utf8');
  const end = () => void child.kill();
  try {
    const url = waitFor(() => /^(http\S+)\n/.exec(printed())?.[1], `a URL of '${argv.join(' ')}'`);
    return { url, printed, end };
  } catch (error) {
    end();
    throw error;
  }
}

/** @template Value @param {() => Value | undefined} look @param {string} what @returns {Value} */
function waitFor(look, what) {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; Atomics.wait(pause, 0, 0, PAUSE_MS)) {
    const value = look();
    if (value !== undefined) return value;
  }
  throw new Error(`waited ${PATIENCE_MS} ms for ${what}`);
}

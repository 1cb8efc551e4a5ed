/**
 * Leaves the machine code of the command beside it: `dist/bin/main.cjs.cache`.
 *
 * Only what has run is compiled, so this runs the commands that people use in loops, on a store in a temporary folder.
 */
import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import v8 from 'node:v8';

/** More than are written loose. */
const FILES = 40;
const FOLDERS = 4;
const MAIN = resolve('dist/bin/main.cjs');
const load = createRequire(MAIN);
const { loadWithCodeCache } = load('./load-main.cjs');

rmSync(`${MAIN}.cache`, { force: true });
const folder = mkdtempSync(join(tmpdir(), 'cas-build-'));
try {
  const { script, exports } = loadWithCodeCache(MAIN, load);
  await rehearse(exports.run);
  writeFileSync(`${MAIN}.cache`, script.createCachedData());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function rehearse(run) {
  v8.setFlagsFromString = () => {}; // an engine with other flags would not trust what is left here
  const store = join(folder, '.cas');
  const file = join(folder, 'file');
  writeFileSync(file, 'hello\n');
  const asked = writeFiles(join(folder, 'many'));
  Object.defineProperty(process, 'stdin', { value: Readable.from([asked]) });
  const write = process.stdout.write;
  const say = process.stderr.write;
  process.stdout.write = process.stderr.write = (_chunk, ...rest) => {
    const done = rest.find((argument) => typeof argument === 'function');
    if (done) process.nextTick(done);
    return true;
  };
  try {
    await run(['init', store]);
    const on = ['--store', store];
    for (const words of [
      ['commit', 'label', file],
      ['commit', 'many', join(folder, 'many')],
      ['commit', 'many', join(folder, 'many')],
      ['log', 'label'],
      ['ls', '-l', 'label'],
      ['cat', 'label:file'],
      ['cat', '--batch'],
      ['labels'],
      ['fsck'],
      ...['tar', 'tar.gz', 'zip'].map((ending) => ['export', 'many', '-o', join(folder, `many.${ending}`)]),
    ]) {
      await run([...words, ...on]);
      if (process.exitCode) throw new Error(`cas ${words.join(' ')} ended with ${process.exitCode}`);
    }
  } finally {
    process.stdout.write = write;
    process.stderr.write = say;
  }
}

/** Returns what asks for all of them, a line each. */
function writeFiles(path) {
  for (let number = 0; number < FOLDERS; number++) mkdirSync(join(path, `${number}`), { recursive: true });
  const contents = Array.from({ length: FILES }, (_, number) => `file ${number}\n`.repeat(number));
  for (const [number, content] of contents.entries()) {
    writeFileSync(join(path, `${number % FOLDERS}`, `${number}`), content);
  }
  return Buffer.from(contents.map((content) => `${hash('sha256', content, 'hex')}\n`).join(''));
}

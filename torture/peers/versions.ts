/** What is stored: versions of a folder, of which half the files differ from one to the next. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { noise } from '../noise.ts';

const FILES = 12;
const FILE_BYTES = 20_000;
const LONG_BYTES = 100_000;

/** The files of a version, by their paths. */
export function filesOfVersion(number: number): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; at < FILES; at++) {
    const version = at % 2 === 0 ? number : 0;
    files.set(`d${at % 3}/${at}`, noise(version * FILES + at)(FILE_BYTES));
  }
  const long = noise(0)(LONG_BYTES);
  long.set(noise(number)(300), (number * 1000) % (LONG_BYTES - 300));
  return files.set('long', long);
}

/** Makes the folder that version; no other files may be in it but those of versions. */
export function writeVersion(folder: string, number: number): void {
  for (const [path, bytes] of filesOfVersion(number)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

/** Whether the folder holds that version, byte for byte, and nothing else. */
export function isVersion(folder: string, number: number): boolean {
  const files = filesOfVersion(number);
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
  if (paths.length !== files.size) return false;
  return paths.every((path) => files.get(path)?.equals(readFileSync(join(folder, path))) ?? false);
}

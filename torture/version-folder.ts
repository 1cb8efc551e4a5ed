/** Small files that differ from version to version, and folders that should hold such files, and whole ones only. */
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isTemporaryName } from '../src/files/temporary.ts';

export interface VersionFile {
  readonly path: string;
  readonly content: string;
}

const COUNT = 30;

/** Every fourth is another in each version. */
export function filesOf(version: number, count: number = COUNT): VersionFile[] {
  return Array.from({ length: count }, (_, at) => ({
    path: `d${at % 3}/${at}`,
    content: `${at} of ${at % 4 === 0 ? version : 0} ${'x'.repeat(100)}`,
  }));
}

/** Each with a time that is the same whenever it is written. */
export function writeFiles(folder: string, files: readonly VersionFile[]): void {
  for (const { path, content } of files) {
    const at = join(folder, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, content);
    utimesSync(at, content.length, content.length);
  }
}

/**
 * What should not be in a folder, or is missing.
 *
 * @param expected `versions`: what it is to hold is the first, what it may hold while it is `open` is any of them.
 * Files that were never given their names count for nothing
 */
export function findOddFiles(
  folder: string,
  expected: { readonly versions: readonly number[]; readonly state: 'done' | 'open' },
): string[] {
  const { versions, state } = expected;
  const [wanted = new Map<string, string>(), ...before] = versions.map(contentsOf);
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    isNamedFile(join(folder, path)),
  );
  const allowed = state === 'open' ? [wanted, ...before] : [wanted];
  const odd = found.filter((path) => {
    const content = readFileSync(join(folder, path), 'utf8');
    return !allowed.some((contents) => contents.get(path) === content);
  });
  const missing = state === 'open' ? [] : [...wanted.keys()].filter((path) => !found.includes(path));
  return [...odd.map((path) => `'${path}' is odd`), ...missing.map((path) => `'${path}' is missing`)];
}

function contentsOf(version: number): Map<string, string> {
  return new Map(filesOf(version).map(({ path, content }) => [path, content]));
}

function isNamedFile(path: string): boolean {
  return statSync(path).isFile() && !isTemporaryName(basename(path));
}

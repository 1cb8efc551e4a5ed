/** The folders that versions are made of: published npm packages, pinned, so that everybody measures the same bytes. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @typedef {{ what: string, package: string, versions: readonly string[] }} Corpus */

/** @type {Readonly<Record<string, Corpus>>} */
export const CORPORA = {
  text: {
    what: 'six releases of a compiler: few files, large, text',
    package: 'typescript',
    versions: ['5.4.5', '5.5.4', '5.6.3', '5.7.3', '5.8.3', '5.9.3'],
  },
  many: {
    what: 'six releases of a library: thousands of small files',
    package: 'date-fns',
    versions: ['2.29.3', '2.30.0', '3.0.0', '3.3.1', '3.6.0', '4.1.0'],
  },
  binary: {
    what: 'six releases of an executable of 10 MB',
    package: '@esbuild/linux-x64',
    versions: ['0.21.5', '0.23.1', '0.24.2', '0.25.0', '0.25.4', '0.25.9'],
  },
};

/**
 * The folders of a corpus, oldest first; what is missing is fetched.
 *
 * @param {string} name
 * @param {string} folder of all corpora
 * @returns {string[]}
 */
export function corpusVersions(name, folder) {
  const corpus = CORPORA[name];
  if (corpus === undefined)
    throw new Error(`no corpus is named '${name}': take ${Object.keys(CORPORA).join(', ')}`);
  return corpus.versions.map((version) => {
    const path = join(folder, name, version);
    if (!existsSync(path)) fetchPackage(`${corpus.package}@${version}`, path);
    return path;
  });
}

/** @param {string} spec @param {string} path */
function fetchPackage(spec, path) {
  mkdirSync(join(path, '..'), { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'cas-corpus-'));
  try {
    runIn(scratch, ['npm', 'pack', '--silent', spec]);
    mkdirSync(join(scratch, 'package'));
    runIn(scratch, [
      'sh',
      '-c',
      'tar xzf ./*.tgz -C package --strip-components=1 && cp -a package "$1"',
      'sh',
      `${path}.part`,
    ]);
    renameSync(`${path}.part`, path); // whole, or not there
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @param {string} cwd @param {readonly string[]} argv */
function runIn(cwd, [file = '', ...words]) {
  const { status, stderr } = spawnSync(file, words, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`'${[file, ...words].join(' ')}' ended with ${status}:\n${stderr}`);
}

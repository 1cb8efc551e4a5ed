/**
 * Loads the command's main file along with the machine code that the build left beside it, so that the engine need
 * not skim 700 KB of source at every start. Where that is missing, or another version of the engine made it, the
 * engine says so and reads the source: slower, and no different.
 */
import { readFileSync } from 'node:fs';
import { wrap } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

/** A file of CommonJS, compiled, and what it exports once it was run. */
export interface LoadedFile<Exports> {
  readonly script: Script;
  readonly exports: Exports;
}

/** What the file at `path` exports. */
export function loadMain(path: string, load: NodeJS.Require): unknown {
  return loadWithCodeCache(path, load).exports;
}

/** @param path of a file of CommonJS; its machine code is looked for in `<path>.cache` */
export function loadWithCodeCache<Exports>(path: string, load: NodeJS.Require): LoadedFile<Exports> {
  const cachedData = readCache(`${path}.cache`);
  const script = new Script(wrap(readFileSync(path, 'utf8')), {
    filename: path,
    ...(cachedData && { cachedData }),
  });
  const module = { exports: {} as Exports };
  script.runInThisContext()(module.exports, load, module, path, dirname(path));
  return { script, exports: module.exports };
}

function readCache(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** The library as users run it, with the programs of its threads beside it: the sources as they are have no threads. */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import type * as Library from '../../src/index.ts';

/** Where each worker's program is, by its name. */
const WORKERS: Readonly<Record<string, string>> = {
  'import-worker': 'src/source/import-worker.ts',
  'entry-worker': 'src/intake/entry-worker.ts',
};

/**
 * The library in one file, built as the command is.
 *
 * @param folder of its own
 * @param programs of workers, instead of their own
 */
export async function buildLibrary(
  folder: string,
  programs: Readonly<Record<string, string>> = {},
): Promise<typeof Library> {
  const options = {
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    define: { 'import.meta.url': '__url' },
    banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'error',
  } as const;
  await build({ ...options, entryPoints: { library: 'src/index.ts', ...WORKERS }, outdir: folder });
  for (const [name, program] of Object.entries(programs)) writeFileSync(join(folder, `${name}.cjs`), program);
  return createRequire(import.meta.url)(join(folder, 'library.cjs')) as typeof Library;
}

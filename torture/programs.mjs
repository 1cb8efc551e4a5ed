/** Builds the victims of attacks out of the sources, with the programs of their threads beside them. */
import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;

/**
 * @param {string} folder where each program goes, as `NAME.cjs`
 * @param {readonly string[]} others sources of programs that are built, too
 */
export async function buildPrograms(folder, others = []) {
  const sources = resolve(here, '../src');
  const workers = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('-worker.ts'))
    .map((path) => join(sources, path));
  const victims = readdirSync(join(here, 'victims')).map((name) => join(here, 'victims', name));
  await build({
    entryPoints: Object.fromEntries(
      [...others, ...victims, ...workers].map((path) => [basename(path, '.ts'), path]),
    ),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    define: { 'import.meta.url': '__url' },
    banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'error',
  });
}

/** Builds the program that fuzzes, its branches counted: `node build.mjs FOLDER`. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { BANNER, branchCounters } from './branch-counters.mjs';

await build({
  entryPoints: [join(import.meta.dirname, 'fuzzer.ts')],
  outfile: join(process.argv[2] ?? '.', 'fuzzer.cjs'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  conditions: ['import'],
  define: { 'import.meta.url': '__url' },
  banner: { js: `const __url = require('node:url').pathToFileURL(__filename).href;\n${BANNER}` },
  write: false, // until the branches are counted
  plugins: [branchCounters()],
  logLevel: 'error',
});

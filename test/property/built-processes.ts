/** Programs of tests, each built into one file that `node` runs: processes that start soon, and can be killed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** What packages written as CommonJS find in a module. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

export interface BuiltProcesses extends Disposable {
  /** Where `name` is, to be run. */
  pathOf(name: string): string;
}

/**
 * @param names of files, without `.ts`
 * @param sources where they are. @default here
 */
export async function buildProcesses(
  names: readonly string[],
  sources: string = import.meta.dirname,
): Promise<BuiltProcesses> {
  const folder = mkdtempSync(join(tmpdir(), 'caskit-processes-'));
  await build({
    entryPoints: names.map((name) => join(sources, `${name}.ts`)),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: REQUIRE },
  });
  return {
    pathOf: (name) => join(folder, `${name}.mjs`),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Builds the library and the command once before the tests that need them, where the sources are newer. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const PRODUCTS = ['dist/bin/cas.cjs', 'dist/bin/main.cjs', 'dist/lib/index.js', 'dist/browser/caskit.js'];

/** Called by vitest. CAS_COMMAND names another command to test, and then nothing is built. */
export default function setup(): void {
  if (process.env['CAS_COMMAND'] || isBuilt()) return;
  const { status, stdout, stderr } = spawnSync('npm', ['run', 'build'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cannot build what is to be tested:\n${stdout}${stderr}`);
}

function isBuilt(): boolean {
  if (!PRODUCTS.every((path) => existsSync(path))) return false;
  const builtMs = Math.min(...PRODUCTS.map((path) => statSync(path).mtimeMs));
  return ['package.json', 'tsconfig.json', ...filesIn('assembly'), ...filesIn('src')].every(
    (path) => statSync(path).mtimeMs < builtMs,
  );
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path));
}

/** Copies of the stores that are kept for every later version to read. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The store in `fixtures/golden/<name>`, copied to where this test may write. @returns the copy's path */
export function copyGolden(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'caskit-golden-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, '.cas');
  cpSync(`fixtures/golden/${name}`, path, { recursive: true });
  return path;
}

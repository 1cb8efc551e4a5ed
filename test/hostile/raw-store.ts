/** A store on disk for one test, and what is found in it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { CasError, type Finding, initStore, openStore, type Store } from '../../src/index.ts';

/** The `.cas` of a fresh store, removed after the test. */
export async function rawStore(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'caskit-hostile-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const root = join(folder, '.cas');
  await (await initStore(root)).close();
  return root;
}

/** What a check finds, as `id` or `id object`. */
export async function findingsOf(root: string): Promise<Finding[]> {
  await using store = await openStore(root);
  const found: Finding[] = [];
  for await (const finding of store.fsck()) found.push(finding);
  return found;
}

/** The code of the error that `work` ends in; an error of another kind than ours goes on. */
export async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CasError) return error.code;
    throw error;
  }
  return 'OK';
}

/** Reads all entries below a revision, then all contents. */
export async function readAll(store: Store, revision: string): Promise<number> {
  let bytes = 0;
  for await (const piece of (await store.view(revision)).tar()) bytes += piece.length;
  return bytes;
}

/** Every file and folder of a store, with its bytes. */
export function imageOf(root: string): Map<string, string> {
  const names = readdirSync(root, { recursive: true, withFileTypes: true });
  return new Map(
    names.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, entry.isFile() ? readFileSync(path, 'latin1') : entry.isDirectory() ? 'folder' : 'other'];
    }),
  );
}

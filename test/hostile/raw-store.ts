/** A store on disk, and files put into it by hand: what no writer of ours would write. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import {
  CasError,
  type Finding,
  hashBytes,
  hexOf,
  initStore,
  type ObjectId,
  openStore,
  type Store,
} from '../../src/index.ts';

/** The `.cas` of a fresh store, removed after the test. */
export async function rawStore(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'caskit-hostile-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const root = join(folder, '.cas');
  await (await initStore(root)).close();
  return root;
}

export function objectPath(root: string, id: ObjectId): string {
  const hex = hexOf(id);
  return join(root, 'objects', hex.slice(0, 2), hex.slice(2));
}

/** Puts a file where an object lies, whatever was there. */
export function plantObject(root: string, id: ObjectId, file: Uint8Array): void {
  const path = objectPath(root, id);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, file);
}

/** Stores bytes as they are, under their id and with a type that nothing checks. */
export function storeRaw(
  root: string,
  content: Uint8Array | string,
  type: 'blob' | 'tree' | 'commit' = 'blob',
): ObjectId {
  const bytes = Buffer.from(content);
  const id = hashBytes(bytes);
  plantObject(root, id, deflateSync(Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes])));
  return id;
}

export interface RawEntry {
  readonly mode?: string;
  readonly size?: number | string;
  readonly name: string;
  readonly id: ObjectId;
}

/** Tree bytes of any entries at all. */
export function rawTree(entries: readonly RawEntry[]): Buffer {
  const parts = entries.map(({ mode = '100644', size = 0, name, id }) =>
    Buffer.concat([
      Buffer.from(`${mode} ${size} ${name}\0`),
      Buffer.from(hexOf(id), 'hex'),
      Buffer.from([0]),
    ]),
  );
  return Buffer.concat([Buffer.from('tree 1\n'), ...parts]);
}

/** A snapshot of a tree, stored. */
export function storeSnapshot(root: string, tree: ObjectId, parents: readonly ObjectId[] = []): ObjectId {
  const lines = [`tree ${tree}`, ...parents.map((id) => `parent ${id}`), 'time 2026-01-31T00:00:00Z'];
  return storeRaw(root, `snapshot 1\n${lines.join('\n')}\n\nplanted\n`, 'commit');
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

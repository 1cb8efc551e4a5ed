/** Files put into a store by hand: what no writer of ours would write. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { hashBytes, hexOf, type ObjectId } from '../../src/index.ts';

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

/** A target, and a folder beside it that nothing may touch. */
import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { FilePath, FileSystem } from '../../src/files/file-system.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import type { ObjectStore } from '../../src/odb/object-store.ts';
import type { FolderSummary } from '../../src/view/folder-writer.ts';
import type { FolderOptions } from '../../src/view/to-folder.ts';
import { openView } from '../../src/view/view.ts';
import type { Member } from '../arbitraries/trees.ts';
import { storeMembers } from './stored-tree.ts';

export interface Site extends Disposable {
  readonly top: string;
  /** Not there yet. */
  readonly target: string;
  readonly canary: string;
}

export function openSite(): Site {
  const top = mkdtempSync(join(tmpdir(), 'caskit-out-'));
  const canary = join(top, 'canary');
  mkdirSync(join(canary, 'sub'), { recursive: true });
  writeFileSync(join(canary, 'sub/x'), 'untouched');
  writeFileSync(join(canary, 'f'), 'untouched');
  const dispose = (): void => void execFileSync('rm', ['-rf', top]); // deeper than a path can say
  return { top, target: join(top, 'target'), canary, [Symbol.dispose]: dispose };
}

export function expectUntouched({ canary }: Site): void {
  expect(linesIn(canary)).toEqual(['f 644 untouched', 'sub/ 755', 'sub/x 644 untouched']);
}

export interface ExportOptions extends FolderOptions {
  readonly target: string;
  /** What the export reads from, in place of the store. */
  readonly change?: (objects: ObjectStore) => ObjectStore;
}

/** Exports a set into a folder. */
export async function exportSet(members: readonly Member[], options: ExportOptions): Promise<FolderSummary> {
  const { target, change = (objects) => objects, ...rest } = options;
  const objects = memoryStore();
  const { id } = await storeMembers(objects, members);
  return openView(change(objects), { treeId: id }).toFolder(target, rest);
}

/** Every path below `path`, with its kind, mode and content. */
export function linesIn(path: string, prefix = ''): string[] {
  return readdirSync(path)
    .toSorted()
    .flatMap((name): string[] => {
      const at = join(path, name);
      const stat = lstatSync(at);
      if (stat.isSymbolicLink()) return [`${prefix}${name} -> ${readlinkSync(at)}`];
      const mode = (stat.mode & 0o7777).toString(8);
      if (stat.isDirectory()) return [`${prefix}${name}/ ${mode}`, ...linesIn(at, `${prefix}${name}/`)];
      return [`${prefix}${name} ${mode} ${readFileSync(at, 'utf8')}`];
    });
}

/** `files`, with `before` told of each call first. */
export function hooked(files: FileSystem, before: (call: string, path: FilePath) => void): FileSystem {
  return new Proxy(files, {
    get: (inner, key) => {
      const value: unknown = Reflect.get(inner, key, inner);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        before(String(key), given[0] as FilePath);
        return value.apply(inner, given);
      };
    },
  });
}

export function pathText(path: FilePath): string {
  return Buffer.from(path as Uint8Array).toString();
}

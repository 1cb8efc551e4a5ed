/** The file systems that tests run over, each opened fresh, with a folder of its own. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memfs } from 'memfs';
import { nodeFiles } from '../../src/files/node-files.ts';
import type { FileSystemSubject } from '../conformance/file-system.ts';
import { FaultyFileSystem } from '../fakes/faulty-file-system.ts';

/** The machine's own, in a temporary folder that goes with the subject. */
export async function openNode(): Promise<FileSystemSubject> {
  const root = mkdtempSync(join(tmpdir(), 'caskit-files-'));
  return {
    files: nodeFiles(),
    root,
    names: process.platform === 'linux' ? 'bytes' : 'text',
    [Symbol.asyncDispose]: async () => rmSync(root, { recursive: true, force: true }),
  };
}

export async function openMemfs(): Promise<FileSystemSubject> {
  const { fs } = memfs({});
  const root = `/${randomUUID()}`;
  fs.mkdirSync(root);
  return { files: nodeFiles(fs), root, names: 'text', [Symbol.asyncDispose]: async () => {} };
}

export async function openFaulty(): Promise<FileSystemSubject> {
  const files = new FaultyFileSystem();
  await files.makeFolder('/work');
  return { files, root: '/work', names: 'bytes', [Symbol.asyncDispose]: async () => {} };
}

export const fileSystems: Readonly<Record<string, () => Promise<FileSystemSubject>>> = {
  node: openNode,
  memfs: openMemfs,
  faulty: openFaulty,
};

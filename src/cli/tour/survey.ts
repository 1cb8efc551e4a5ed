/** A folder as the file system shows it, without any of the store's own code: what the tour compares with. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { ProgressListener } from '../../index.ts';

/** One member of a folder, at any depth. */
export interface SurveyedMember {
  /** From the folder on, names joined by `/`, as bytes. */
  readonly path: Buffer;
  readonly kind: 'file' | 'symlink' | 'folder';
  readonly isExecutable: boolean;
  /** 0 for a folder. */
  readonly sizeBytes: number;
}

export interface Survey {
  /** By path, ascending as bytes: a folder before what is in it. */
  readonly members: readonly SurveyedMember[];
  /** Members that are no folders. */
  readonly files: number;
  readonly sizeBytes: number;
}

export interface SurveyOptions {
  readonly onProgress: ProgressListener;
  readonly signal: AbortSignal;
}

const SLASH = Buffer.from('/');
const FILES_AT_ONCE = 64;
const ANY_EXECUTES = 0o111;

/** Lists what is in `folder`, folders named `.cas` and special files left out. */
export function surveyFolder(folder: string): Survey {
  const root = Buffer.from(folder);
  const members: SurveyedMember[] = [];
  const waiting: Buffer[] = [Buffer.alloc(0)];
  for (let above = waiting.pop(); above !== undefined; above = waiting.pop()) {
    for (const name of readdirSync(below(root, above), { encoding: 'buffer' })) {
      if (name.toString('latin1').toLowerCase() === '.cas') continue;
      const path = below(above, name);
      const stat = lstatSync(below(root, path));
      if (stat.isDirectory()) waiting.push(path);
      if (stat.isDirectory() || stat.isFile() || stat.isSymbolicLink()) members.push(memberOf(path, stat));
    }
  }
  members.sort((left, right) => left.path.compare(right.path));
  const files = members.filter(({ kind }) => kind !== 'folder').length;
  return { members, files, sizeBytes: members.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

/** One hash over the paths, kinds and contents of all members: equal where all of them are. */
export async function digestFolder(
  folder: string,
  { members }: Survey,
  { onProgress, signal }: SurveyOptions,
): Promise<string> {
  const list = createHash('sha256');
  const buffer = Buffer.allocUnsafe(2 ** 20);
  let bytes = 0;
  for (const [at, member] of members.entries()) {
    const kind = member.isExecutable ? 'executable' : member.kind;
    const content = createHash('sha256');
    hashContent(below(Buffer.from(folder), member.path), member, { content, buffer });
    list.update(member.path).update(`\0${kind} ${content.digest('hex')}\n`);
    bytes += member.sizeBytes;
    if (at % FILES_AT_ONCE === 0) await setImmediate(); // lets Ctrl-C through
    signal.throwIfAborted();
    onProgress({ phase: 'comparing', done: at + 1, total: members.length, unit: 'files', bytes });
  }
  return list.digest('hex');
}

/** `name` in `folder`, as bytes. */
export function below(folder: Buffer, name: Buffer): Buffer {
  return folder.length === 0 ? name : Buffer.concat([folder, SLASH, name]);
}

function memberOf(path: Buffer, stat: Stats): SurveyedMember {
  const isFile = stat.isFile();
  return {
    path,
    kind: isFile ? 'file' : stat.isSymbolicLink() ? 'symlink' : 'folder',
    isExecutable: isFile && (stat.mode & ANY_EXECUTES) !== 0,
    sizeBytes: stat.isDirectory() ? 0 : stat.size,
  };
}

function hashContent(
  path: Buffer,
  { kind }: SurveyedMember,
  { content, buffer }: { readonly content: Hash; readonly buffer: Buffer },
): void {
  if (kind === 'folder') return;
  if (kind === 'symlink') {
    content.update(readlinkSync(path, { encoding: 'buffer' }));
    return;
  }
  const file = openSync(path, 'r');
  try {
    for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
      content.update(buffer.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
}

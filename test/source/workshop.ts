/** A temporary folder with a store beside what is committed into it. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText, formatName } from '../../src/bytes/text.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import type { ObjectReader } from '../../src/odb/object-store.ts';
import { readObject } from '../../src/odb/read-object.ts';
import type { CommitContents, CommitSource } from '../../src/store/commit-source.ts';
import { initRepository } from '../../src/store/init-repository.ts';
import type { Repository } from '../../src/store/repository.ts';
import { walkTree } from '../../src/tree/walk.ts';
import { chooseCodec } from '../../src/zlib/choose.ts';
import type { Member } from '../arbitraries/trees.ts';
import { withoutSync } from './watched-files.ts';

export interface Workshop extends AsyncDisposable {
  /** Of all that is in it. */
  readonly top: string;
  readonly repository: Repository;
  /** A path in the temporary folder. */
  at(name: string): string;
  /** Lets a source write, as a commit does, without a label. */
  take(source: CommitSource): Promise<CommitContents>;
}

export interface WorkshopOptions {
  /** Of the store. @default the machine's own, without syncing */
  readonly files?: FileSystem;
  /** Where the store lies, from the top. @default 'store/.cas' */
  readonly store?: string;
  /** Where it lies in `files`, whose folder is there. @default at `store` */
  readonly root?: string;
}

export async function openWorkshop(options: WorkshopOptions = {}): Promise<Workshop> {
  const { files = withoutSync(nodeFiles()), store = 'store/.cas' } = options;
  const top = mkdtempSync(join(tmpdir(), 'caskit-source-'));
  const { root = join(top, store) } = options;
  mkdirSync(join(top, store, '..'), { recursive: true });
  const repository = await initRepository(root, { files, codec: await chooseCodec(), now: Date.now });
  return {
    top,
    repository,
    at: (name) => join(top, name),
    take: (source) => source.write({ repository, objects: repository.objects }),
    [Symbol.asyncDispose]: async () => {
      await repository[Symbol.asyncDispose]();
      rmSync(top, { recursive: true, force: true });
    },
  };
}

/** Makes a folder and all its members on the disk. @param path that nothing is at */
export function makeOnDisk(path: Uint8Array, members: readonly Member[]): void {
  mkdirSync(Buffer.from(path));
  for (const member of members) {
    const place = Buffer.from(concatBytes([path, encodeText('/'), member.name]));
    if (member.kind === 'folder') makeOnDisk(place, member.members);
    else if (member.kind === 'symlink') symlinkSync(Buffer.from(member.target), place);
    else writeFileSync(place, member.content, { mode: member.kind === 'executable' ? 0o755 : 0o644 });
  }
}

/** A line for each entry of a tree: its path, kind, size, and content or target. */
export async function linesOfTree(
  { objects }: { readonly objects: ObjectReader },
  root: ObjectId,
): Promise<string[]> {
  const lines: string[] = [];
  for await (const { path, entry } of walkTree(objects, root)) {
    const content = entry.kind === 'folder' ? '' : formatName(await readObject(objects, entry.id));
    lines.push(`${formatName(path)} ${entry.kind} ${entry.sizeBytes} ${content}`);
  }
  return lines;
}

/** The lines that {@link linesOfTree} gives for these members. */
export function linesOfMembers(members: readonly Member[], prefix = ''): string[] {
  return members.flatMap((member) => {
    const path = prefix + formatName(member.name);
    const line = (content: Uint8Array): string =>
      `${path} ${member.kind} ${content.length} ${formatName(content)}`;
    switch (member.kind) {
      case 'folder':
        return [`${path} folder ${sizeOf(member.members)} `, ...linesOfMembers(member.members, `${path}/`)];
      case 'symlink':
        return [line(member.target)];
      case 'file':
      case 'executable':
        return [line(member.content)];
    }
  });
}

function sizeOf(members: readonly Member[]): number {
  return members.reduce((sum, member) => {
    if (member.kind === 'folder') return sum + sizeOf(member.members);
    return sum + (member.kind === 'symlink' ? member.target : member.content).length;
  }, 0);
}

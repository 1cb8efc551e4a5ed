/** A folder as it was, held in memory, so that it can be put back again and again. */
import {
  chmodSync,
  type Dirent,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

type Member =
  | { readonly kind: 'folder'; readonly members: ReadonlyMap<string, Member> }
  | { readonly kind: 'symlink'; readonly target: string }
  | {
      readonly kind: 'file';
      readonly bytes: Buffer;
      readonly mode: number;
      readonly modifiedMs: number;
    };

export class KeptFolder {
  readonly #members: ReadonlyMap<string, Member>;

  /** As it is at this moment. */
  constructor(folder: string) {
    this.#members = readMembers(folder);
  }

  /** Makes what is in `folder` be what it was; times of folders aside. */
  putBack(folder: string): void {
    putMembers(folder, this.#members);
  }
}

function readMembers(folder: string): Map<string, Member> {
  const entries = readdirSync(folder, { withFileTypes: true });
  return new Map(entries.map((entry) => [entry.name, readMember(join(folder, entry.name), entry)]));
}

function readMember(path: string, entry: Dirent): Member {
  if (entry.isDirectory()) return { kind: 'folder', members: readMembers(path) };
  if (entry.isSymbolicLink()) return { kind: 'symlink', target: readlinkSync(path) };
  const { mode, mtimeMs } = statSync(path);
  return { kind: 'file', bytes: readFileSync(path), mode: mode & 0o7777, modifiedMs: mtimeMs };
}

/** Folders stay where they are: a store has hundreds that are always the same. */
function putMembers(folder: string, members: ReadonlyMap<string, Member>): void {
  const kept = new Set<string>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) unlinkSync(path);
    else if (members.get(entry.name)?.kind === 'folder') kept.add(entry.name);
    else rmSync(path, { recursive: true });
  }
  for (const [name, member] of members) putMember(join(folder, name), member, kept.has(name));
}

function putMember(path: string, member: Member, isThere: boolean): void {
  switch (member.kind) {
    case 'folder':
      if (!isThere) mkdirSync(path);
      return putMembers(path, member.members);
    case 'symlink':
      return symlinkSync(member.target, path);
    case 'file':
      writeFileSync(path, member.bytes);
      chmodSync(path, member.mode);
      return utimesSync(path, member.modifiedMs / 1000, member.modifiedMs / 1000);
  }
}

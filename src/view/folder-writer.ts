/** Puts single members of an export into held folders. */
import { isUtf8 } from 'node:buffer';
import { type ByteString, toByteString } from '../bytes/byte-string.ts';
import { encodeText, formatName } from '../bytes/text.ts';
import { RefusedError } from '../errors/errors.ts';
import { writeStream } from '../files/file-stream.ts';
import type { FileKind, FileSystem, OpenFile } from '../files/file-system.ts';
import { temporaryName } from '../files/temporary.ts';
import type { ProgressListener } from '../flow/progress.ts';
import type { WholeOrStream } from '../odb/read-object.ts';
import type { ArchiveMember } from './archive-members.ts';
import { DOT, type HeldFolder, keepsNames } from './held-folder.ts';
import { type ExistingMembers, FOLDER_PERMISSIONS } from './target-folder.ts';

const FILE_PERMISSIONS = 0o644;
const EXECUTABLE_PERMISSIONS = 0o755;
const PROGRESS_FILES = 100;
const NO_TEXT = Uint8Array.of(0xff);
const CAPITAL = encodeText('A');

export interface FolderSummary {
  readonly files: number;
  readonly folders: number;
  readonly symlinks: number;
  /** Of the files. */
  readonly bytes: number;
}

/** A member, and what is written for it. */
export interface FilledMember extends ArchiveMember {
  /** Of a file, or the target of a symlink; of a folder `undefined`. */
  readonly holds: WholeOrStream | undefined;
}

export interface FolderWriterContext {
  readonly files: FileSystem;
  readonly existing: ExistingMembers;
  readonly onProgress?: ProgressListener;
}

export class FolderWriter {
  readonly #context: FolderWriterContext;
  #keepsBytes: boolean | undefined;
  #keepsCapitals: boolean | undefined;
  /** What was in folders that something was found in. */
  readonly #listed = new WeakMap<HeldFolder, ReadonlySet<ByteString>>();
  readonly #count = { files: 0, folders: 0, symlinks: 0, bytes: 0 };

  constructor(context: FolderWriterContext) {
    this.#context = context;
  }

  /** Writes a file or a symlink, or makes a folder. @returns whether anything was made or written */
  async write(member: FilledMember, parent: HeldFolder): Promise<boolean> {
    const { holds, walked } = member;
    switch (walked.entry.kind) {
      case 'folder':
        return this.#makeFolder(member, parent);
      case 'symlink':
        if (holds?.kind === 'whole') await this.#writeSymlink(member, parent, holds.content);
        return true;
      case 'file':
      case 'executable':
        if (holds !== undefined) await this.#writeFile(member, parent, holds);
        return true;
    }
  }

  /** Gives what is at `path` the time of `member`, where that may be done. */
  async setTime(path: Uint8Array, { timeSeconds }: ArchiveMember): Promise<void> {
    await this.#context.files.touch(path, timeSeconds);
  }

  finish(): FolderSummary {
    this.#report(this.#count.files);
    return { ...this.#count };
  }

  async #makeFolder(member: ArchiveMember, parent: HeldFolder): Promise<boolean> {
    await this.#checkPlace(member, parent);
    const path = parent.pathOf(member.walked.entry.name);
    this.#count.folders++;
    if (!(await this.#context.files.makeFolder(path, FOLDER_PERMISSIONS))) return false;
    await this.#checkMade(path, parent);
    await this.setTime(path, member);
    return true;
  }

  /** The target is as the tree has it, wherever it leads. */
  async #writeSymlink(member: ArchiveMember, parent: HeldFolder, target: Uint8Array): Promise<void> {
    const { files, existing } = this.#context;
    await this.#checkBytes(target, member, parent);
    await this.#checkPlace(member, parent);
    const path = parent.pathOf(member.walked.entry.name);
    if (existing === 'replace') await files.remove(path); // not renamed over it: some volumes follow what they rename
    await files.makeSymlink(target, path);
    await this.#checkMade(path, parent);
    await this.setTime(path, member);
    this.#count.symlinks++;
  }

  async #writeFile(member: ArchiveMember, parent: HeldFolder, found: WholeOrStream): Promise<void> {
    await this.#checkPlace(member, parent);
    await this.#publish(member, parent, found);
    this.#count.files++;
    this.#count.bytes += member.walked.entry.sizeBytes;
    if (this.#count.files % PROGRESS_FILES === 0) this.#report();
  }

  /** Writes under a name that nothing else has, and renames once all is there. */
  async #publish(member: ArchiveMember, parent: HeldFolder, found: WholeOrStream): Promise<void> {
    const { files } = this.#context;
    const { name, kind } = member.walked.entry;
    const temporary = parent.pathOf(encodeText(temporaryName()));
    try {
      const permissions = kind === 'executable' ? EXECUTABLE_PERMISSIONS : FILE_PERMISSIONS;
      await writeNew(await files.open(temporary, 'create', permissions), found);
      await this.setTime(temporary, member);
      await parent.check();
      await files.rename(temporary, parent.pathOf(name));
    } catch (error) {
      await Promise.allSettled([files.remove(temporary)]);
      throw error;
    }
  }

  /** What was just made goes again where its folder is no longer the one that it was meant for. */
  async #checkMade(path: Uint8Array, parent: HeldFolder): Promise<void> {
    try {
      await parent.check();
    } catch (error) {
      await Promise.allSettled([this.#context.files.remove(path)]);
      throw error;
    }
  }

  /** Looks, the first time that it matters, whether bytes that are not text stay what they are. */
  async #checkBytes(bytes: Uint8Array, { path }: ArchiveMember, parent: HeldFolder): Promise<void> {
    if (isUtf8(bytes)) return;
    this.#keepsBytes ??= await keepsNames(this.#context.files, parent, NO_TEXT);
    if (this.#keepsBytes) return;
    throw new RefusedError('NAME_NOT_TEXT', `cannot write '${formatName(path)}': names there are text`, {
      hint: 'export it as a tar, which holds any bytes',
    });
  }

  /** @throws RefusedError `PATH_OCCUPIED`, `NAME_NOT_TEXT` */
  async #checkPlace(member: ArchiveMember, parent: HeldFolder): Promise<void> {
    const { name, kind } = member.walked.entry;
    const { files, existing } = this.#context;
    await this.#checkBytes(name, member, parent);
    await parent.check();
    const found = await files.stat(parent.pathOf(name));
    if (found === undefined) return this.#checkCapitals(parent);
    const isFolder = kind === 'folder';
    const givesWay = isFolder ? found.kind === 'folder' : found.kind === 'file' || found.kind === 'symlink';
    if (existing === 'refuse' || !givesWay) throw occupied(member.path, found.kind);
    // Where it has another name, the file system takes the two for one, and so would lose one of two members.
    if (!(await this.#lists(parent, name))) throw occupied(member.path, found.kind);
  }

  /** Looks, before anything is made, whether names are all shown in lower case: then one that is shown may be of another. */
  async #checkCapitals(parent: HeldFolder): Promise<void> {
    if (this.#context.existing === 'refuse') return;
    this.#keepsCapitals ??= await keepsNames(this.#context.files, parent, CAPITAL);
  }

  async #lists(parent: HeldFolder, name: Uint8Array): Promise<boolean> {
    if (this.#keepsCapitals === false) return false;
    let names = this.#listed.get(parent);
    if (names === undefined) {
      const entries = (await this.#context.files.list(parent.pathOf(DOT))) ?? [];
      names = new Set(entries.map((entry) => toByteString(entry.name)));
      this.#listed.set(parent, names);
    }
    return names.has(toByteString(name));
  }

  #report(total?: number): void {
    const { files: done, bytes } = this.#count;
    this.#context.onProgress?.({
      phase: 'writing',
      done,
      ...(total !== undefined && { total }),
      unit: 'files',
      bytes,
    });
  }
}

/** The error for something that stands where a member would go, and may not be replaced. */
export function occupied(path: Uint8Array, found: FileKind): RefusedError {
  const there = found === 'other' ? 'something that is no file' : `a ${found}`;
  return new RefusedError('PATH_OCCUPIED', `cannot write '${formatName(path)}': ${there} is there already`, {
    hint: 'move it away, or export into another folder',
  });
}

/** Writes all of `found` to a new file, and closes it. */
async function writeNew(file: OpenFile, found: WholeOrStream): Promise<void> {
  try {
    if (found.kind === 'stream') await writeStream(file, found.content);
    else if (found.content.length > 0) await file.write(found.content, 0);
  } finally {
    await file.close();
  }
}

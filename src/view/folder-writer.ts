/** Puts single entries of a tree into held folders. */
import { isUtf8 } from 'node:buffer';
import { encodeText, formatName } from '../bytes/text.ts';
import { RefusedError } from '../errors/errors.ts';
import { writeStream } from '../files/file-stream.ts';
import type { FileSystem, OpenFile } from '../files/file-system.ts';
import { temporaryName } from '../files/temporary.ts';
import type { ProgressListener } from '../flow/progress.ts';
import type { WholeOrStream } from '../odb/read-object.ts';
import type { WalkedEntry } from '../tree/walk.ts';
import { openContent, readTarget } from './content.ts';
import { type HeldFolder, keepsBytes } from './held-folder.ts';
import { type ExistingMembers, FOLDER_PERMISSIONS } from './target-folder.ts';
import type { ViewedTree } from './viewed-tree.ts';

const FILE_PERMISSIONS = 0o644;
const EXECUTABLE_PERMISSIONS = 0o755;
const PROGRESS_FILES = 100;

export interface FolderSummary {
  readonly files: number;
  readonly folders: number;
  readonly symlinks: number;
  /** Of the files. */
  readonly bytes: number;
}

export interface FolderWriterContext {
  readonly files: FileSystem;
  readonly existing: ExistingMembers;
  readonly onProgress?: ProgressListener;
}

export class FolderWriter {
  readonly #tree: ViewedTree;
  readonly #context: FolderWriterContext;
  #keepsBytes: boolean | undefined;
  readonly #count = { files: 0, folders: 0, symlinks: 0, bytes: 0 };

  constructor(tree: ViewedTree, context: FolderWriterContext) {
    this.#tree = tree;
    this.#context = context;
  }

  /** Writes a file, or makes a folder; a symlink is left for {@link FolderWriter.writeSymlink}. */
  async writeMember(walked: WalkedEntry, parent: HeldFolder): Promise<void> {
    switch (walked.entry.kind) {
      case 'symlink':
        return;
      case 'folder':
        await this.#makeFolder(walked, parent);
        return;
      case 'file':
        await this.#writeFile(walked, parent, FILE_PERMISSIONS);
        return;
      case 'executable':
        await this.#writeFile(walked, parent, EXECUTABLE_PERMISSIONS);
        return;
    }
  }

  /** Makes a symlink whose target is as the tree has it, wherever it leads; anything else is left alone. */
  async writeSymlink(walked: WalkedEntry, parent: HeldFolder): Promise<void> {
    if (walked.entry.kind !== 'symlink') return;
    const { files, existing } = this.#context;
    const target = await readTarget(this.#tree.objects, walked);
    await this.#checkBytes(target, walked, parent);
    await this.#checkPlace(walked, parent);
    const path = parent.pathOf(walked.entry.name);
    if (existing === 'replace') await files.remove(path); // not renamed over it: some volumes follow what they rename
    await files.makeSymlink(target, path);
    await this.#checkMade(path, parent);
    await this.setTime(path);
    this.#count.symlinks++;
  }

  /** Gives what is at `path` the tree's time, where that may be done. */
  async setTime(path: Uint8Array): Promise<void> {
    await this.#context.files.touch(path, this.#tree.timeSeconds);
  }

  finish(): FolderSummary {
    this.#report(this.#count.files);
    return { ...this.#count };
  }

  async #makeFolder(walked: WalkedEntry, parent: HeldFolder): Promise<void> {
    await this.#checkPlace(walked, parent);
    const path = parent.pathOf(walked.entry.name);
    if (await this.#context.files.makeFolder(path, FOLDER_PERMISSIONS)) await this.#checkMade(path, parent);
    this.#count.folders++;
  }

  async #writeFile(walked: WalkedEntry, parent: HeldFolder, permissions: number): Promise<void> {
    const found = await openContent(this.#tree.objects, walked);
    await this.#checkPlace(walked, parent);
    await this.#publish(walked, parent, { found, permissions });
    this.#count.files++;
    this.#count.bytes += walked.entry.sizeBytes;
    if (this.#count.files % PROGRESS_FILES === 0) this.#report();
  }

  /** Writes under a name that nothing else has, and renames once all is there. */
  async #publish({ entry }: WalkedEntry, parent: HeldFolder, { found, permissions }: NewFile): Promise<void> {
    const { files } = this.#context;
    const temporary = parent.pathOf(encodeText(temporaryName()));
    try {
      await writeNew(await files.open(temporary, 'create', permissions), found);
      await this.setTime(temporary);
      await parent.check();
      await files.rename(temporary, parent.pathOf(entry.name));
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
  async #checkBytes(bytes: Uint8Array, { path }: WalkedEntry, parent: HeldFolder): Promise<void> {
    if (isUtf8(bytes)) return;
    this.#keepsBytes ??= await keepsBytes(this.#context.files, parent);
    if (this.#keepsBytes) return;
    throw new RefusedError('NAME_NOT_TEXT', `cannot write '${formatName(path)}': names there are text`, {
      hint: 'export it as a tar, which holds any bytes',
    });
  }

  /** @throws RefusedError `PATH_OCCUPIED`, `NAME_NOT_TEXT` */
  async #checkPlace(walked: WalkedEntry, parent: HeldFolder): Promise<void> {
    const { path, entry } = walked;
    const { files, existing } = this.#context;
    await this.#checkBytes(entry.name, walked, parent);
    await parent.check();
    const found = await files.stat(parent.pathOf(entry.name));
    if (found === undefined) return;
    const isFolder = entry.kind === 'folder';
    const givesWay = isFolder ? found.kind === 'folder' : found.kind === 'file' || found.kind === 'symlink';
    if (existing === 'replace' && givesWay) return;
    const there = found.kind === 'other' ? 'something that is no file' : `a ${found.kind}`;
    throw new RefusedError('PATH_OCCUPIED', `cannot write '${formatName(path)}': ${there} is there already`, {
      hint: 'move it away, or export into another folder',
    });
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

interface NewFile {
  readonly found: WholeOrStream;
  readonly permissions: number;
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

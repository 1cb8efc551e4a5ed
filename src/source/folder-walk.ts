/** A folder as it lies on a disk, member by member, in the order in which trees hold them. */
import { type ByteString, fromByteString, toByteString } from '../bytes/byte-string.ts';
import { compareText } from '../bytes/compare.ts';
import { filePath, listDirect, statDirect } from '../files/direct-files.ts';
import type { FileKind, FileStat, FileSystem } from '../files/file-system.ts';
import { isMachine } from '../files/node-files.ts';
import { giveTurn } from '../flow/turn.ts';
import { findNameFault, isStoreName as isStore, MAX_DEPTH, MAX_PATH_BYTES } from '../object/tree-entry.ts';
import { IgnoreRules, RULES_FILE } from './ignore-rules.ts';
import { changed, reading, readingNow, unfit } from './source-fault.ts';

export interface WalkOptions {
  /** Patterns as in gitignore(5), relative to the folder. @default none */
  readonly exclude?: readonly string[];
  /** Whether `.casignore` files say what is left out. @default 'use' */
  readonly ignoreFiles?: 'use' | 'off';
}

export interface WalkContext {
  readonly files: FileSystem;
  /** `needless` where nobody asks what files are before they are read: then they are not looked at. */
  readonly fileStats: 'needed' | 'needless';
  /** Whether this is the folder of the store that is written to, which is never walked into. */
  readonly isStore: (stat: FileStat) => boolean;
  /** Told of whatever else is named `.cas`, which no tree holds: it is left out. */
  readonly onOtherStore: (relative: ByteString) => void;
  /** Told of sockets, fifos and devices; throws unless they are to be left out. */
  readonly onSpecial: (path: ByteString, relative: ByteString) => void;
}

/** What a listing says of one name. */
export interface Member {
  readonly name: ByteString;
  readonly kind: FileKind;
}

/** Where the walk begins. */
export interface WalkStart {
  /** For the file system. */
  readonly path: ByteString;
  /** In the tree that is made, names joined by `/`: empty for its root. */
  readonly relative: ByteString;
  readonly stat: FileStat;
}

/** A folder, as it was when it was met. */
export interface FoundFolder extends WalkStart {
  readonly kind: 'folder';
  readonly name: ByteString;
}

export type FoundLeaf = FoundFile | FoundSymlink;

/** A file, as it was when it was met. */
export interface FoundFile extends Omit<WalkStart, 'stat'> {
  readonly kind: 'file';
  readonly name: ByteString;
  /** `undefined` where it was not looked at. */
  readonly stat: FileStat | undefined;
}

/** A symlink, as it was when it was met. */
export interface FoundSymlink extends WalkStart {
  readonly kind: 'symlink';
  readonly name: ByteString;
}

/** Comes after all that is in a folder. */
export interface LeftFolder {
  readonly kind: 'leave';
  /** Of everything that the folder holds by its listing; `undefined` where rules or names left something out. */
  readonly members: number | undefined;
}

/** The folder that the walk began in is left last of all. */
export type WalkStep = FoundFolder | FoundLeaf | LeftFolder;

interface OpenFolder {
  readonly start: WalkStart;
  /** From where the walk began, with a slash at its end, as rules see it; `''` there. */
  readonly text: string;
  readonly rules: IgnoreRules;
  readonly members: readonly Member[];
  next: number;
  isComplete: boolean;
}

const MAX_RULES_BYTES: number = 2 ** 20;
/** A name that no rule of names could be against. */
const PLAIN_NAME = /^[^./\0][^/\0]{0,254}$/;
/** So many members are looked at before others have a turn. */
const RUN_MEMBERS = 256;

/**
 * Walks lazily, and follows no symlink: a folder is listed when the walk comes to it. Steps come in runs, so that
 * waiting for them costs little a member.
 *
 * @throws ConflictError `FILE_CHANGED` where a member goes, or becomes another, while it is looked at
 * @throws RefusedError `SPECIAL_FILE` @throws InvalidInputError `PATH_INVALID`
 * @throws SystemError where a folder cannot be read
 */
export async function* walkFolder(
  start: WalkStart,
  context: WalkContext,
  options: WalkOptions = {},
): AsyncGenerator<readonly WalkStep[]> {
  const { exclude = [] } = options;
  const walk = new FolderWalk(context, options);
  const stack = [await walk.open(start, { text: '', rules: IgnoreRules.from(exclude) })];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const run = await walk.lookOn(top, stack.length);
    const last = run.at(-1);
    if (last?.kind === 'leave') stack.pop();
    else if (last?.kind === 'folder') {
      stack.push(await walk.open(last, { text: `${top.text}${textOf(last.name)}/`, rules: top.rules }));
    }
    yield run;
    await giveTurn();
  }
}

class FolderWalk {
  readonly #context: WalkContext;
  readonly #options: WalkOptions;
  readonly #isDirect: boolean;

  constructor(context: WalkContext, options: WalkOptions) {
    this.#context = context;
    this.#options = options;
    this.#isDirect = isMachine(context.files);
  }

  async open(start: WalkStart, above: Pick<OpenFolder, 'text' | 'rules'>): Promise<OpenFolder> {
    const members = await this.#list(start.path);
    const rules = above.rules.within(above.text, await this.#readRules(start.path, members));
    return { start, text: above.text, rules, members, next: 0, isComplete: true };
  }

  /** What comes next in a folder, up to the next folder in it or its end. */
  async lookOn(folder: OpenFolder, depth: number): Promise<WalkStep[]> {
    const run: WalkStep[] = [];
    for (let looked = 0; looked < RUN_MEMBERS; looked++) {
      const member = folder.members[folder.next++];
      if (member === undefined) {
        await this.#checkStill(folder.start);
        run.push({ kind: 'leave', members: folder.isComplete ? folder.members.length : undefined });
        return run;
      }
      const found = this.#isDirect ? this.#lookNow(member, folder) : await this.#look(member, folder);
      if (found === undefined) {
        folder.isComplete = false;
        continue;
      }
      checkDepth(found, depth);
      run.push(found);
      if (found.kind === 'folder') return run;
    }
    return run;
  }

  /** @throws ConflictError `FILE_CHANGED` where another folder, or none, has its place: then more was wrong */
  async #checkStill({ path, stat }: WalkStart): Promise<void> {
    const now = await reading(path, () => this.#context.files.stat(filePath(path)));
    if (now?.kind !== 'folder' || now.device !== stat.device || now.inode !== stat.inode) throw changed(path);
  }

  #lookNow(member: Member, folder: OpenFolder): FoundFolder | FoundLeaf | undefined {
    const place = this.#admit(member, folder);
    if (place === undefined) return undefined;
    const { path, kind, isStoreName } = place;
    const isNeedless = this.#context.fileStats === 'needless' && !isStoreName && kind === 'file';
    return this.#found(place, isNeedless ? 'needless' : readingNow(path, () => statDirect(path)));
  }

  async #look(member: Member, folder: OpenFolder): Promise<FoundFolder | FoundLeaf | undefined> {
    const place = this.#admit(member, folder);
    if (place === undefined) return undefined;
    const { path } = place;
    return this.#found(place, await reading(path, () => this.#context.files.stat(filePath(path))));
  }

  /** Where a member is, unless its name alone says that it is left out. */
  #admit({ name, kind }: Member, { start, text, rules }: OpenFolder): Place | undefined {
    const path = joinPath(start.path, name);
    const relative = joinPath(start.relative, name);
    if (!rules.isEmpty && rules.ignores(text + textOf(name), kind)) return undefined;
    const fault = PLAIN_NAME.test(name) ? undefined : findNameFault(fromByteString(name));
    const isStoreName = fault !== undefined && isStore(fromByteString(name));
    if (fault !== undefined && !isStoreName) throw unfit(path, fault);
    if (kind === 'other' && !isStoreName) {
      this.#context.onSpecial(path, relative);
      return undefined;
    }
    return { name, kind, path, relative, isStoreName };
  }

  #found(
    { name, kind, path, relative, isStoreName }: Place,
    stat: FileStat | 'needless' | undefined,
  ): FoundFolder | FoundLeaf | undefined {
    if (stat === 'needless') return { kind: 'file', name, path, relative, stat: undefined };
    if (isStoreName) {
      // The store that is written to is left out silently, another is not.
      if (stat !== undefined && !this.#context.isStore(stat)) this.#context.onOtherStore(relative);
      return undefined;
    }
    if (stat === undefined || stat.kind !== kind || kind === 'other') throw changed(path);
    if (kind === 'folder' && this.#context.isStore(stat)) return undefined;
    return { kind, name, path, relative, stat };
  }

  /** By name, ascending. */
  async #list(path: ByteString): Promise<Member[]> {
    const members = this.#isDirect ? readingNow(path, () => listDirect(path)) : await this.#listSeam(path);
    if (members === undefined) throw changed(path);
    return members.sort((left, right) => compareText(left.name, right.name));
  }

  async #listSeam(path: ByteString): Promise<Member[] | undefined> {
    const entries = await reading(path, () => this.#context.files.list(filePath(path)));
    return entries?.map(({ name, kind }) => ({ name: toByteString(name), kind }));
  }

  async #readRules(folder: ByteString, members: readonly Member[]): Promise<string | undefined> {
    if (this.#options.ignoreFiles === 'off') return undefined;
    const rules = members.find(({ name, kind }) => name === RULES_FILE && kind === 'file');
    if (rules === undefined) return undefined;
    const path = joinPath(folder, rules.name);
    const bytes = await reading(path, () => this.#context.files.readFile(filePath(path), MAX_RULES_BYTES));
    if (bytes === undefined) throw changed(path);
    return textOf(toByteString(bytes));
  }
}

/** A member that may be taken, or another store. */
interface Place extends Member {
  readonly path: ByteString;
  readonly relative: ByteString;
  readonly isStoreName: boolean;
}

function checkDepth({ path, relative }: FoundFolder | FoundLeaf, depth: number): void {
  if (relative.length > MAX_PATH_BYTES) throw unfit(path, `its path has over ${MAX_PATH_BYTES} bytes`);
  if (depth > MAX_DEPTH) throw unfit(path, `it is over ${MAX_DEPTH} names deep`);
}

/** @param parent empty for the root */
export function joinPath(parent: ByteString, name: ByteString): ByteString {
  return (parent === '' ? name : `${parent}/${name}`) as ByteString;
}

/** As UTF-8, with U+FFFD where it is none. */
function textOf(bytes: ByteString): string {
  return Buffer.from(bytes, 'latin1').toString();
}

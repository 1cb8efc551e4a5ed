/** A folder as it lies on a disk, member by member, in the order in which trees hold them. */
import { type ByteString, fromByteString, toByteString } from '../bytes/byte-string.ts';
import { compareText } from '../bytes/compare.ts';
import { filePath, listDirect, lookDirect, statDirect } from '../files/direct-files.ts';
import type { FileStat } from '../files/file-system.ts';
import { isMachine } from '../files/node-files.ts';
import { giveTurn } from '../flow/turn.ts';
import { findNameFault, isStoreName as isStore, MAX_DEPTH, MAX_PATH_BYTES } from '../object/tree-entry.ts';
import { PathRules } from '../tree/path-rules.ts';
import { type FolderPlace, joinPath, type Member, OpenFolder, textOf } from './open-folder.ts';
import { changed, reading, readingNow, unfit } from './source-fault.ts';
import type { Rows } from './stat-table.ts';
import type { FoundFolder, FoundLeaf, WalkContext, WalkStart, WalkStep } from './walk-steps.ts';

export interface WalkOptions {
  /** Patterns as in gitignore(5), relative to the folder. @default none */
  readonly exclude?: readonly string[];
  /** Whether `.casignore` files say what is left out. @default 'use' */
  readonly ignoreFiles?: 'use' | 'off';
}

/** The file that holds the rules of the folder it lies in; it is a member like any other. */
const RULES_FILE = '.casignore';
const MAX_RULES_BYTES: number = 2 ** 20;
/** A name that no rule of names could be against. */
const PLAIN_NAME = /^[^./\0][^/\0]{0,254}$/;
/** So many members are looked at before others have a turn. */
const RUN_MEMBERS = 256;
const ROOT_KEY = '' as ByteString;

/**
 * Walks lazily, and follows no symlink: a folder is listed when the walk comes to it. Steps come in runs, so that
 * waiting for them costs little a member; a run may be empty.
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
  const walk = new FolderWalk(context, options);
  await walk.begin(start);
  while (!walk.isDone) {
    yield await walk.lookOn();
    await giveTurn();
  }
}

class FolderWalk {
  readonly #context: WalkContext;
  readonly #options: WalkOptions;
  readonly #isDirect: boolean;
  readonly #stack: OpenFolder[] = [];
  #run: WalkStep[] = [];

  constructor(context: WalkContext, options: WalkOptions) {
    this.#context = context;
    this.#options = options;
    this.#isDirect = isMachine(context.files);
  }

  get isDone(): boolean {
    return this.#stack.length === 0;
  }

  async begin(start: WalkStart): Promise<void> {
    const rules = PathRules.from(this.#options.exclude ?? []);
    const root = await this.#open({ start, key: ROOT_KEY, row: undefined, rules });
    root.isEntered = true;
    this.#stack.push(root);
  }

  /** What comes next, once so many members were looked at. */
  async lookOn(): Promise<readonly WalkStep[]> {
    for (let looked = 0; looked < RUN_MEMBERS; looked++) {
      const folder = this.#stack.at(-1);
      if (folder === undefined) break;
      const member = folder.members[folder.next];
      if (member !== undefined) {
        folder.next++;
        if (this.#isDirect && this.#passLeaf(member, folder)) continue;
        const found = this.#isDirect ? this.#lookNow(member, folder) : await this.#look(member, folder);
        if (found?.kind === 'folder') await this.#enter(found, folder);
        else if (found !== undefined) this.#meet(found, folder);
        else folder.isComplete = false;
      } else if (folder.members.length === 0 || !this.#passKept(folder)) {
        // Whether a folder is still the same is asked after whoever was told of files in it has opened them.
        if (this.#run.length > 0) break;
        await this.#leave(folder);
      }
    }
    const run = this.#run;
    this.#run = [];
    return run;
  }

  /** Comes by a file or a symlink that looks as it was. Whatever else there is, is looked at again. */
  #passLeaf(member: Member, folder: OpenFolder): boolean {
    const { known } = this.#context;
    const { name, kind } = member;
    if (known === undefined || kind === 'folder' || !known.isNext(folder.key, name)) return false;
    if (folder.ignores(member) || folder.relativeOf(name).length > MAX_PATH_BYTES) return false;
    const path = folder.pathOf(name);
    const look = readingNow(path, () => lookDirect(path));
    const row = look && known.passLeaf(look);
    if (row === undefined) return false;
    this.#hold(folder, { from: row, to: row + 1 });
    return true;
  }

  async #enter(found: FoundFolder, { key, rules }: OpenFolder): Promise<void> {
    checkDepth(found, this.#stack.length);
    const row = this.#context.known?.meetFolder(key, found.name);
    const inner = `${key}${found.name}/` as ByteString;
    this.#stack.push(await this.#open({ start: found, key: inner, row, rules }));
  }

  #meet(found: FoundLeaf, folder: OpenFolder): void {
    checkDepth(found, this.#stack.length);
    const { known } = this.#context;
    const row = found.stat && known?.meetLeaf(folder.key, found.name, found.stat);
    if (row !== undefined) this.#hold(folder, { from: row, to: row + 1 });
    else {
      this.#tell();
      this.#run.push({ kind: 'leaf', leaf: found, met: known?.met ?? 0 });
    }
  }

  /** One of the members of the folder that the walk is in is as it was. */
  #hold(folder: OpenFolder, { from, to }: Rows): void {
    if (folder.held.to !== from) this.#tell(); // what lay between is gone
    folder.held = { from: folder.held.to === from ? folder.held.from : from, to };
  }

  /** Tells of everything up to here: of folders that are entered after all, and of what is held. */
  #tell(): void {
    const top = this.#stack.at(-1)!;
    for (const folder of top.isEntered ? [top] : this.#stack) {
      const { from, to } = folder.held;
      if (!folder.isEntered)
        this.#run.push({ kind: 'enter', folder: folder.start as FoundFolder, met: from });
      if (to > from) this.#run.push({ kind: 'kept', rows: folder.held });
      folder.isEntered = true;
      folder.held = { from: to, to };
    }
  }

  /**
   * Leaves a folder in which all is as it was. Nothing in it was opened, and its members say that it was this folder
   * that was listed: only where there are none, it has to be looked at again.
   */
  #passKept(folder: OpenFolder): boolean {
    const { known, knownFolders } = this.#context;
    const { row, held } = folder;
    if (known === undefined || row === undefined || knownFolders === 'entered') return false;
    known.leave(folder.key);
    if (!folder.isAsItWas(known)) return false;
    this.#stack.pop();
    this.#hold(this.#stack.at(-1)!, { from: row, to: held.to });
    return true;
  }

  async #leave(folder: OpenFolder): Promise<void> {
    await this.#checkStill(folder.start);
    if (this.#passKept(folder)) return;
    this.#context.known?.leave(folder.key);
    this.#tell();
    this.#run.push({ kind: 'leave', members: folder.isComplete ? folder.members.length : undefined });
    this.#stack.pop();
  }

  async #open({ start, key, row, rules }: FolderPlace): Promise<OpenFolder> {
    const { path } = start;
    const members = this.#isDirect ? readingNow(path, () => listDirect(path)) : await this.#list(path);
    if (members === undefined) throw changed(path);
    if (!isSorted(members)) members.sort((left, right) => compareText(left.name, right.name));
    const hasOwn = this.#options.ignoreFiles !== 'off' && members.some(holdsRules);
    const own = hasOwn ? await this.#readRules(path) : undefined;
    const within = hasOwn || !rules.isEmpty ? rules.within(textOf(key), own) : rules;
    return new OpenFolder({ start, key, row, rules: within }, members, this.#context.known?.met ?? 0);
  }

  /** @throws ConflictError `FILE_CHANGED` where another folder, or none, has its place: then more was wrong */
  async #checkStill({ path, stat }: WalkStart): Promise<void> {
    const now = this.#isDirect
      ? readingNow(path, () => statDirect(path))
      : await reading(path, () => this.#context.files.stat(filePath(path)));
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
  #admit(member: Member, folder: OpenFolder): Place | undefined {
    const { name, kind } = member;
    if (folder.ignores(member)) return undefined;
    const path = folder.pathOf(name);
    const relative = folder.relativeOf(name);
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

  async #list(path: ByteString): Promise<Member[] | undefined> {
    const entries = await reading(path, () => this.#context.files.list(filePath(path)));
    return entries?.map(({ name, kind }) => ({ name: toByteString(name), kind }));
  }

  async #readRules(folder: ByteString): Promise<string> {
    const path = joinPath(folder, RULES_FILE as ByteString);
    const bytes = await reading(path, () => this.#context.files.readFile(filePath(path), MAX_RULES_BYTES));
    if (bytes === undefined) throw changed(path);
    return textOf(toByteString(bytes));
  }
}

/** The runtime gives them so on most systems, and says so of none. */
function isSorted(members: readonly Member[]): boolean {
  for (let at = 1; at < members.length; at++) if (members[at - 1]!.name > members[at]!.name) return false;
  return true;
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

function holdsRules({ name, kind }: Member): boolean {
  return name === RULES_FILE && kind === 'file';
}

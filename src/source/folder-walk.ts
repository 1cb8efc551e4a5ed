/** A folder as it lies on a disk, member by member, in the order in which trees hold them. */
import { type ByteString, fromByteString, toByteString } from '../bytes/byte-string.ts';
import { compareText } from '../bytes/compare.ts';
import { filePath, listDirect, statDirect } from '../files/direct-files.ts';
import type { FileKind, FileStat } from '../files/file-system.ts';
import { isMachine } from '../files/node-files.ts';
import { giveTurn } from '../flow/turn.ts';
import { findNameFault, isStoreName as isStore, MAX_DEPTH, MAX_PATH_BYTES } from '../object/tree-entry.ts';
import { IgnoreRules, RULES_FILE } from './ignore-rules.ts';
import { changed, reading, readingNow, unfit } from './source-fault.ts';
import type { Rows } from './stat-table.ts';
import type { FoundFolder, FoundLeaf, WalkContext, WalkStart, WalkStep } from './walk-steps.ts';

export interface WalkOptions {
  /** Patterns as in gitignore(5), relative to the folder. @default none */
  readonly exclude?: readonly string[];
  /** Whether `.casignore` files say what is left out. @default 'use' */
  readonly ignoreFiles?: 'use' | 'off';
}

/** What a listing says of one name. */
export interface Member {
  readonly name: ByteString;
  readonly kind: FileKind;
}

interface OpenFolder {
  readonly start: WalkStart | FoundFolder;
  /** Where it is below where the walk began, as known rows have it: empty, or ends in a slash. */
  readonly key: ByteString;
  /** As it was known. */
  readonly row: number | undefined;
  /** As rules see it: `key` as text. */
  readonly text: string;
  readonly rules: IgnoreRules;
  readonly members: readonly Member[];
  next: number;
  isComplete: boolean;
  /** Whether anybody was told of it. */
  isEntered: boolean;
  /** Those of its members that are as they were, of which nobody was told yet. */
  held: Rows;
}

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
    const rules = IgnoreRules.from(this.#options.exclude ?? []);
    const root = await this.#open(start, { key: ROOT_KEY, row: undefined, text: '', rules });
    this.#stack.push({ ...root, isEntered: true });
  }

  /** What comes next, once so many members were looked at. */
  async lookOn(): Promise<readonly WalkStep[]> {
    for (let looked = 0; looked < RUN_MEMBERS; looked++) {
      const folder = this.#stack.at(-1);
      if (folder === undefined) break;
      const member = folder.members[folder.next];
      // Whether a folder is still the same is asked after whoever was told of files in it has opened them.
      if (member === undefined && this.#run.length > 0) break;
      folder.next++;
      if (member === undefined) await this.#leave(folder);
      else await this.#meet(member, folder);
    }
    const run = this.#run;
    this.#run = [];
    return run;
  }

  async #meet(member: Member, folder: OpenFolder): Promise<void> {
    const found = this.#isDirect ? this.#lookNow(member, folder) : await this.#look(member, folder);
    if (found === undefined) {
      folder.isComplete = false;
      return;
    }
    checkDepth(found, this.#stack.length);
    const { known } = this.#context;
    if (found.kind === 'folder') {
      const { key, text, rules } = folder;
      const row = known?.meetFolder(key, found.name);
      const below = {
        key: `${key}${found.name}/` as ByteString,
        row,
        text: `${text}${textOf(found.name)}/`,
        rules,
      };
      this.#stack.push(await this.#open(found, below));
      return;
    }
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

  async #leave(folder: OpenFolder): Promise<void> {
    await this.#checkStill(folder.start);
    this.#context.known?.leave(folder.key);
    const members = folder.isComplete ? folder.members.length : undefined;
    const { row } = folder;
    const isKept = row !== undefined && this.#isAsItWas(folder, row);
    if (!isKept) {
      this.#tell();
      this.#run.push({ kind: 'leave', members });
    }
    this.#stack.pop();
    const above = this.#stack.at(-1);
    if (isKept && above !== undefined) this.#hold(above, { from: row, to: folder.held.to });
  }

  /** Whether all members are held, and no other was there before. */
  #isAsItWas({ isEntered, isComplete, members, held }: OpenFolder, row: number): boolean {
    const { known, knownFolders } = this.#context;
    if (known === undefined || knownFolders === 'entered' || isEntered || !isComplete) return false;
    return held.from === row + 1 && held.to === known.met && known.table.membersOf(row) === members.length;
  }

  async #open(
    start: WalkStart | FoundFolder,
    { rules: above, ...place }: Pick<OpenFolder, 'key' | 'row' | 'text' | 'rules'>,
  ): Promise<OpenFolder> {
    const members = await this.#list(start.path);
    const rules = above.within(place.text, await this.#readRules(start.path, members));
    const met = this.#context.known?.met ?? 0;
    const held = { from: met, to: met };
    return { ...place, start, rules, members, next: 0, isComplete: true, isEntered: false, held };
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
    return isSorted(members) ? members : members.sort((left, right) => compareText(left.name, right.name));
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

/** @param parent empty for the root */
export function joinPath(parent: ByteString, name: ByteString): ByteString {
  return (parent === '' ? name : `${parent}/${name}`) as ByteString;
}

/** As UTF-8, with U+FFFD where it is none. */
function textOf(bytes: ByteString): string {
  return Buffer.from(bytes, 'latin1').toString();
}

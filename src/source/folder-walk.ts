/** A folder as it lies on a disk, member by member, in the order in which trees hold them. */
import { compareBytes } from '../bytes/compare.ts';
import { encodeText } from '../bytes/text.ts';
import type { FileStat, FileSystem, FolderEntry } from '../files/file-system.ts';
import { findNameFault, isStoreName, MAX_DEPTH, MAX_PATH_BYTES } from '../object/tree-entry.ts';
import { joinPath } from '../tree/walk.ts';
import { IgnoreRules, RULES_FILE } from './ignore-rules.ts';
import { changed, reading, unfit } from './source-fault.ts';

export interface WalkOptions {
  /** Patterns as in gitignore(5), relative to the folder. @default none */
  readonly exclude?: readonly string[];
  /** Whether `.casignore` files say what is left out. @default 'use' */
  readonly ignoreFiles?: 'use' | 'off';
}

export interface WalkContext {
  readonly files: FileSystem;
  /** Whether this is the folder of the store that is written to, which is never walked into. */
  readonly isStore: (stat: FileStat) => boolean;
  /** Told of whatever else is named `.cas`, which no tree holds: it is left out. */
  readonly onOtherStore: (relative: Uint8Array) => void;
  /** Told of sockets, fifos and devices; throws unless they are to be left out. */
  readonly onSpecial: (path: Uint8Array, relative: Uint8Array) => void;
}

/** Where the walk begins. */
export interface WalkStart {
  /** For the file system. */
  readonly path: Uint8Array;
  /** In the tree that is made: empty for its root. */
  readonly relative: Uint8Array;
  readonly stat: FileStat;
}

/** One member, as it was when it was met. */
export interface Found {
  readonly kind: 'file' | 'symlink' | 'folder';
  readonly name: Uint8Array;
  /** For the file system. */
  readonly path: Uint8Array;
  /** From the root of the tree that is made, names joined by `/`. */
  readonly relative: Uint8Array;
  readonly stat: FileStat;
}

/** `leave` comes after all that is in the folder last found; the folder that the walk began in is neither. */
export type WalkStep = Found | { readonly kind: 'leave' };

interface OpenFolder {
  readonly start: WalkStart;
  /** From where the walk began, with a slash at its end, as rules see it; `''` there. */
  readonly text: string;
  readonly rules: IgnoreRules;
  readonly entries: Iterator<FolderEntry>;
}

const MAX_RULES_BYTES: number = 2 ** 20;
const RULES_NAME = encodeText(RULES_FILE);

/**
 * Walks lazily, and follows no symlink: a folder is listed when the walk comes to it.
 *
 * @throws ConflictError `FILE_CHANGED` where a member goes, or becomes another, while it is looked at
 * @throws RefusedError `SPECIAL_FILE` @throws InvalidInputError `PATH_INVALID`
 * @throws SystemError where a folder cannot be read
 */
export async function* walkFolder(
  start: WalkStart,
  context: WalkContext,
  options: WalkOptions = {},
): AsyncGenerator<WalkStep> {
  const { exclude = [] } = options;
  const walk = new FolderWalk(context, options);
  const stack = [await walk.open(start, { text: '', rules: IgnoreRules.from(exclude) })];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const next = top.entries.next();
    if (next.done === true) {
      await walk.checkStill(top.start);
      stack.pop();
      if (stack.length > 0) yield { kind: 'leave' };
      continue;
    }
    const found = await walk.look(next.value, top);
    if (found === undefined) continue;
    checkDepth(found, stack.length);
    yield found;
    if (found.kind === 'folder') {
      stack.push(await walk.open(found, { text: `${top.text}${textOf(found.name)}/`, rules: top.rules }));
    }
  }
}

class FolderWalk {
  readonly #context: WalkContext;
  readonly #options: WalkOptions;

  constructor(context: WalkContext, options: WalkOptions) {
    this.#context = context;
    this.#options = options;
  }

  async open(start: WalkStart, above: Pick<OpenFolder, 'text' | 'rules'>): Promise<OpenFolder> {
    const { path } = start;
    const entries = await reading(path, () => this.#context.files.list(path));
    if (entries === undefined) throw changed(path);
    entries.sort((left, right) => compareBytes(left.name, right.name));
    const rules = above.rules.within(above.text, await this.#readRules(path, entries));
    return { start, text: above.text, rules, entries: entries.values() };
  }

  /** @throws ConflictError `FILE_CHANGED` where another folder, or none, has its place: then more was wrong */
  async checkStill({ path, stat }: WalkStart): Promise<void> {
    const now = await reading(path, () => this.#context.files.stat(path));
    if (now?.kind !== 'folder' || now.device !== stat.device || now.inode !== stat.inode) throw changed(path);
  }

  /** What to do with one entry of a folder; `undefined` for nothing. */
  async look({ name, kind }: FolderEntry, { start, text, rules }: OpenFolder): Promise<Found | undefined> {
    const path = joinPath(start.path, name);
    const relative = joinPath(start.relative, name);
    if (!rules.isEmpty && rules.ignores(text + textOf(name), kind)) return undefined;
    if (isStoreName(name)) return this.#passStore(path, relative);
    const fault = findNameFault(name);
    if (fault !== undefined) throw unfit(path, fault);
    if (kind === 'other') {
      this.#context.onSpecial(path, relative);
      return undefined;
    }
    const stat = await reading(path, () => this.#context.files.stat(path));
    if (stat === undefined || stat.kind !== kind) throw changed(path);
    if (kind === 'folder' && this.#context.isStore(stat)) return undefined;
    return { kind, name, path, relative, stat };
  }

  /** The store that is written to is left out silently, another is not. */
  async #passStore(path: Uint8Array, relative: Uint8Array): Promise<undefined> {
    const stat = await reading(path, () => this.#context.files.stat(path));
    if (stat !== undefined && !this.#context.isStore(stat)) this.#context.onOtherStore(relative);
  }

  async #readRules(folder: Uint8Array, entries: readonly FolderEntry[]): Promise<string | undefined> {
    if (this.#options.ignoreFiles === 'off') return undefined;
    const entry = entries.find(({ name, kind }) => kind === 'file' && compareBytes(name, RULES_NAME) === 0);
    if (entry === undefined) return undefined;
    const path = joinPath(folder, entry.name);
    const bytes = await reading(path, () => this.#context.files.readFile(path, MAX_RULES_BYTES));
    if (bytes === undefined) throw changed(path);
    return textOf(bytes);
  }
}

function checkDepth({ path, relative }: Found, depth: number): void {
  if (relative.length > MAX_PATH_BYTES) throw unfit(path, `its path has over ${MAX_PATH_BYTES} bytes`);
  if (depth > MAX_DEPTH) throw unfit(path, `it is over ${MAX_DEPTH} names deep`);
}

/** As UTF-8, with U+FFFD where it is none. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

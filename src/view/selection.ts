/** Which entries of a tree are exported. */
import { NotFoundError } from '../errors/errors.ts';
import type { FileKind } from '../files/file-system.ts';
import { PathRules } from '../tree/path-rules.ts';
import { type WalkedEntry, walkTree } from '../tree/walk.ts';
import type { ViewedTree } from './viewed-tree.ts';

/** Patterns as in gitignore(5), from the root of the view: one that matches a folder is for all in it. */
export interface SelectOptions {
  /** Only what matches, and the folders on the way there. @default everything */
  readonly include?: readonly string[];
  /** Not what matches, whatever `include` says. @default nothing */
  readonly exclude?: readonly string[];
}

const TEXT = new TextDecoder('utf-8', { ignoreBOM: true });

export class Selection {
  /** `undefined` where everything is included. */
  readonly #included: PathRules | undefined;
  readonly #excluded: PathRules;

  constructor({ include = [], exclude = [] }: SelectOptions) {
    this.#included = include.length === 0 ? undefined : PathRules.from(include);
    this.#excluded = PathRules.from(exclude);
  }

  /** Whether every entry is chosen. */
  get isEverything(): boolean {
    return this.#included === undefined && this.#excluded.isEmpty;
  }

  /** Whether what is at `path` is chosen itself. */
  chooses(path: Uint8Array, kind: FileKind): boolean {
    const text = TEXT.decode(path);
    return this.#included?.matches(text, kind) !== false && !this.#excluded.matches(text, kind);
  }

  /** Whether anything in the folder at `path` may be chosen. */
  enters(path: Uint8Array): boolean {
    return !this.#excluded.matches(TEXT.decode(path), 'folder');
  }
}

/**
 * What is chosen of a tree, in the order of a walk. A folder is there where it is chosen itself, or something in it is.
 *
 * @throws NotFoundError `NOTHING_CHOSEN` at the end, where patterns were given and nothing was
 * @throws CorruptError as `walkTree`
 */
export async function* walkChosen(
  { objects, treeId }: ViewedTree,
  options: SelectOptions,
): AsyncGenerator<WalkedEntry> {
  const selection = new Selection(options);
  if (selection.isEverything) yield* walkTree(objects, treeId);
  else
    yield* walkSelected(
      walkTree(objects, treeId, { enters: ({ path }) => selection.enters(path) }),
      selection,
    );
}

async function* walkSelected(
  walk: AsyncIterable<WalkedEntry>,
  selection: Selection,
): AsyncGenerator<WalkedEntry> {
  /** Folders, each in the one before, that are there only if something in them is. */
  const waiting: WalkedEntry[] = [];
  let isEmpty = true;
  for await (const walked of walk) {
    while ((waiting.at(-1)?.depth ?? 0) >= walked.depth) waiting.pop();
    const isFolder = walked.entry.kind === 'folder';
    if (selection.chooses(walked.path, fileKindOf(walked))) {
      yield* waiting.splice(0);
      yield walked;
      isEmpty = false;
    } else if (isFolder && selection.enters(walked.path)) waiting.push(walked);
  }
  if (!isEmpty) return;
  throw new NotFoundError('NOTHING_CHOSEN', 'nothing in the set is both included and not excluded', {
    hint: "list what is there with 'cas ls -r', and see docs/views.md for how patterns match",
  });
}

/** What an entry is on a disk. */
export function fileKindOf({ entry: { kind } }: WalkedEntry): Exclude<FileKind, 'other'> {
  return kind === 'executable' ? 'file' : kind;
}

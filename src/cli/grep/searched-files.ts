/** The files of revisions, in order, and their contents, read many at a time. */
import {
  type ByteStream,
  encodeText,
  formatName,
  InvalidInputError,
  type ObjectId,
  type Store,
  type TreeEntry,
  type View,
  type WalkedEntry,
} from '../../index.ts';
import { compilePathGlob } from '../glob.ts';
import { findFile } from '../named-file.ts';

/** A file in what a revision names, or that itself. */
export class SearchedFile {
  readonly revision: string;
  readonly entry: TreeEntry;
  readonly #path: Uint8Array;
  /** Made when they are first asked for: most files have no match. */
  #shown: string | undefined;
  #name: string | undefined;

  constructor(revision: string, { path, entry }: Pick<WalkedEntry, 'path' | 'entry'>) {
    this.revision = revision;
    this.entry = entry;
    this.#path = path;
  }

  /** Within what the revision names, as text; empty for that itself. */
  get path(): string {
    return (this.#shown ??= formatName(this.#path));
  }

  /** A revision that names this file. */
  get name(): string {
    return (this.#name ??= this.#prefix + this.path);
  }

  /** The same with the path's own bytes. */
  get rawName(): Uint8Array {
    return Buffer.concat([encodeText(this.#prefix), this.#path]);
  }

  get #prefix(): string {
    if (this.#path.length === 0) return this.revision;
    return this.revision.includes(':') ? this.revision.replace(/([^/:])$/, '$1/') : `${this.revision}:`;
  }
}

export interface SearchedContent {
  readonly file: SearchedFile;
  readonly sizeBytes: number;
  /** Proved, or a stream that is proved at its end; good until the next is asked for. */
  readonly content: Uint8Array | ByteStream;
}

export type PathFilter = (walked: WalkedEntry) => boolean;

const LIST_IDS = 1024;
const NOWHERE: Uint8Array = new Uint8Array(0);

/** Paths that any of `globs` matches, or all where there is none, but for those of a glob with `!` in front. */
export async function compilePathFilter(globs: readonly string[]): Promise<PathFilter> {
  const compileAll = (patterns: readonly string[]): Promise<PathFilter[]> =>
    Promise.all(patterns.map((pattern) => compilePathGlob(pattern)));
  const wanted = await compileAll(globs.filter((glob) => !glob.startsWith('!')));
  const unwanted = await compileAll(
    globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1)),
  );
  return (walked) =>
    (wanted.length === 0 || wanted.some((matches) => matches(walked))) &&
    !unwanted.some((matches) => matches(walked));
}

/**
 * The contents of all files in what `revision` names, in the order of their paths; symlinks are none. A file that is
 * named itself is wanted whatever the filter says.
 *
 * @param isWanted asked once for each path, long before its content comes
 * @yields the contents that could be read together, some at a time
 */
export async function* readFiles(
  store: Store,
  revision: string,
  isWanted: (walked: WalkedEntry) => boolean,
): AsyncGenerator<SearchedContent[]> {
  const entry = await findFile(store, revision);
  if (entry?.kind === 'symlink') throw notAFile(revision);
  const waiting: SearchedFile[] = [];
  const view = entry === undefined ? await store.view(revision) : undefined;
  const files =
    view === undefined
      ? [new SearchedFile(revision, { path: NOWHERE, entry: entry! })]
      : listFiles(view, revision, isWanted);
  for await (const answers of store.readMany(listIds(files, waiting))) {
    const contents: SearchedContent[] = [];
    for (const [at, file] of waiting.splice(0, answers.length).entries()) {
      const answer = answers[at]!;
      const content =
        answer.kind === 'absent' ? await readMissing(view, store, file.entry.id) : answer.content;
      contents.push({ file, sizeBytes: file.entry.sizeBytes, content });
    }
    yield contents;
  }
}

async function* listFiles(view: View, revision: string, isWanted: PathFilter): AsyncGenerator<SearchedFile> {
  for await (const walked of view.entries()) {
    const { kind } = walked.entry;
    if (kind !== 'folder' && kind !== 'symlink' && isWanted(walked)) yield new SearchedFile(revision, walked);
  }
}

/** @param waiting gets the files whose contents are asked for */
async function* listIds(
  files: Iterable<SearchedFile> | AsyncIterable<SearchedFile>,
  waiting: SearchedFile[],
): AsyncGenerator<readonly ObjectId[]> {
  let ids: ObjectId[] = [];
  for await (const file of files) {
    waiting.push(file);
    ids.push(file.entry.id);
    if (ids.length < LIST_IDS) continue;
    yield ids;
    ids = [];
  }
  yield ids;
}

/** @throws CorruptError `OBJECT_MISSING`, unless it came meanwhile */
async function readMissing(view: View | undefined, store: Store, id: ObjectId): Promise<Uint8Array> {
  return (await view?.objects.read(id)) ?? store.get(id);
}

function notAFile(revision: string): InvalidInputError {
  return new InvalidInputError('NOT_A_FILE', `'${revision}' is a symlink, which has no lines`, {
    hint: `see where it leads with 'cas ls -l ${revision}'`,
  });
}

/** Takes the contents of a store in Theater's layout in: every file is hashed, and none is believed by its name. */
import type { Batch } from '../api/batch.ts';
import { decodeText } from '../bytes/text.ts';
import { SystemError } from '../errors/errors.ts';
import { formatPath } from '../files/file-error.ts';
import { readStream } from '../files/file-stream.ts';
import type { FileSystem, OpenFile } from '../files/file-system.ts';
import { readWhole } from '../files/read-whole.ts';
import { observe } from '../flow/byte-stream.ts';
import { NO_ATTRIBUTES } from '../object/attributes.ts';
import { findNameFault } from '../object/tree-entry.ts';
import type { ReadingProgress } from '../source/reading-progress.ts';
import type { CommitSource } from '../store/commit-source.ts';
import { TreeBuilder } from '../tree/builder.ts';
import { joinPath } from '../tree/walk.ts';
import { ContentRef, createContentHasher } from './content-ref.ts';
import type { LabelledContent } from './label-set.ts';
import { type LaidOut, listData, type TheaterFolder } from './layout.ts';
import { type LayoutProblem, problemOf } from './layout-problem.ts';

/** A file of more is put as a stream. */
const WHOLE_BYTES: number = 2 ** 20;

/** A file in `data` that is not what its name says, as its bytes are in the store now. */
export interface WrongContent extends LabelledContent {
  readonly path: Uint8Array;
}

/** What was found in `data`. */
export interface ImportedContents {
  /** By their hashes. */
  readonly contents: ReadonlyMap<string, LabelledContent>;
  readonly wrong: readonly WrongContent[];
}

/** Where contents come from, and where they go. */
export interface ContentsTransfer {
  readonly files: FileSystem;
  readonly folder: TheaterFolder;
  readonly batch: Batch;
  readonly progress: ReadingProgress;
  readonly signal?: AbortSignal | undefined;
}

/** Puts every file of `data`, and adds to `problems` what is not what it says. */
export async function importContents(
  transfer: ContentsTransfer,
  problems: LayoutProblem[],
): Promise<ImportedContents> {
  const contents = new Map<string, LabelledContent>();
  const wrong: WrongContent[] = [];
  for (const found of await listData(transfer.files, transfer.folder)) {
    transfer.signal?.throwIfAborted();
    const content = await takeFile(transfer, found, problems);
    if (content === undefined) continue;
    const { hash } = content.ref;
    if (decodeText(found.name) === hash) contents.set(hash, content);
    else {
      wrong.push({ ...content, path: found.path });
      const what = `holds the content ${hash}, of size ${content.sizeBytes}: kept apart`;
      problems.push(problemOf('wrong-content', found.path, what));
    }
  }
  return { contents, wrong };
}

async function takeFile(
  { files, folder, batch, progress }: ContentsTransfer,
  { path, kind }: LaidOut,
  problems: LayoutProblem[],
): Promise<LabelledContent | undefined> {
  if (kind !== 'file') {
    problems.push(problemOf('not-a-file', path, 'is no file: left out'));
    return undefined;
  }
  const reading = new Reading(files, joinPath(folder.path, path));
  try {
    const content = await reading.put(batch);
    progress.addBytes(content.sizeBytes);
    progress.addFiles(1);
    return content;
  } catch (error) {
    if (!(error instanceof SystemError) || error !== reading.failure) throw error;
    problems.push(problemOf('unreadable', path, `is left out: ${error.message}`));
    return undefined;
  }
}

/** One file on its way in, which tells its own failures from those of the store. */
class Reading {
  /** What failed to be read, if anything. */
  failure: unknown;
  readonly #files: FileSystem;
  readonly #path: Uint8Array;

  constructor(files: FileSystem, path: Uint8Array) {
    this.#files = files;
    this.#path = path;
  }

  async put(batch: Batch): Promise<LabelledContent> {
    await using file = await this.#noting(() => this.#files.open(this.#path, 'read'));
    if (file === undefined) throw this.#gone();
    const { sizeBytes } = await this.#noting(() => file.stat());
    if (sizeBytes <= WHOLE_BYTES) {
      const bytes = await this.#noting(() => readWhole(file, this.#path, WHOLE_BYTES));
      return { ref: ContentRef.fromContent(bytes), id: await batch.put(bytes), sizeBytes: bytes.length };
    }
    const hasher = createContentHasher();
    const stream = observe(this.#pieces(file), (piece) => hasher.update(piece));
    const id = await batch.put(stream, { sizeBytes });
    return { ref: hasher.finish(), id, sizeBytes };
  }

  async *#pieces(file: OpenFile): AsyncGenerator<Uint8Array> {
    const stream = readStream(file);
    for (;;) {
      const { done, value } = await this.#noting(() => stream.next());
      if (done === true) return;
      yield value;
    }
  }

  async #noting<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  #gone(): SystemError {
    const error = new SystemError('NOT_THERE', `'${formatPath(this.#path)}' was removed meanwhile`);
    this.failure = error;
    return error;
  }
}

/** The wrong ones as a set, under the paths that they had. */
export function fromWrongContents(wrong: readonly WrongContent[]): CommitSource {
  const name = 'what is not what it says';
  return {
    name,
    write: async ({ objects }) => {
      const tree = new TreeBuilder();
      for (const { path, id, sizeBytes } of wrong) {
        const names = [path.subarray(0, 4), path.subarray(5)]; // `data`, and its name
        if (names.some((part) => findNameFault(part) !== undefined)) continue;
        tree.add(names, { kind: 'file', id, sizeBytes, attributes: NO_ATTRIBUTES });
      }
      return { root: await tree.write(objects), entries: wrong.length, skipped: [] };
    },
  };
}

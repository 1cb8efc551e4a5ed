/**
 * Brings the files of a layout into a store. Every file is hashed; what is not what its name says harms nothing else.
 *
 * Files go in by rounds: where one is interrupted, those before it are stored, and to start again changes nothing of
 * them. The files stay where they are.
 */
import type { Batch } from '../api/batch.ts';
import type { Store } from '../api/store.ts';
import { formatName } from '../bytes/text.ts';
import { CasError, NotFoundError } from '../errors/errors.ts';
import { readStream } from '../files/file-stream.ts';
import type { FileSystem, OpenFile } from '../files/file-system.ts';
import { nodeFiles } from '../files/node-files.ts';
import { readWhole } from '../files/read-whole.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { NO_ATTRIBUTES } from '../object/attributes.ts';
import { parsePath } from '../object/tree-entry.ts';
import type { StoredObject } from '../odb/object-store.ts';
import { ReadingProgress } from '../source/reading-progress.ts';
import type { EditSource } from '../store/commit-source.ts';
import { editTree, type MemberEdit } from '../tree/edit.ts';
import { LAYOUTS, parseLayout } from './layout.ts';
import { type ClaimedFile, type ImportFinding, scanLayout } from './layout-scan.ts';
import { measureContent } from './measured-content.ts';
import { attributesOf, UNKNOWN_MEDIA_TYPE } from './metadata.ts';
import { checkHeld, RecordWriter } from './record-writer.ts';

/** The label whose set holds what is damaged, each under the path that it had. */
export const QUARANTINE = 'quarantine/representations';

/** How a layout is brought in. */
export interface LayoutImportOptions {
  /** `seed`, `v0`, `v1`, `v2` or `v3`. @default whatever each file is named by */
  readonly layout?: string;
  /** Of files whose layout does not say. @default 'application/octet-stream' */
  readonly mediaType?: string;
  /** Where the folder is. @default the machine's own */
  readonly files?: FileSystem;
  /** Called for each, as they are found. @default nobody is told */
  readonly onFinding?: (finding: ImportFinding) => void;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What was brought in. */
export interface LayoutImportResult {
  /** Files that are stored as representations now, those that were before included. */
  readonly files: number;
  readonly bytes: number;
  /** Files that are kept apart, in the label `quarantine/representations`. */
  readonly damaged: number;
}

const ROUND_FILES = 10_000;
/** Longer files are not held whole. */
const WHOLE_BYTES: number = 2 ** 20;

/**
 * Stores every representation in `folder`, with what its path says of it; `created` is the time of its file.
 *
 * @throws InvalidInputError `LAYOUT_UNKNOWN`, `METADATA_INVALID` for the media type
 */
export async function importLayout(
  store: Store,
  folder: string,
  options: LayoutImportOptions = {},
): Promise<LayoutImportResult> {
  const { layout, mediaType = UNKNOWN_MEDIA_TYPE, files = nodeFiles(), onFinding, signal } = options;
  attributesOf({ mediaType });
  const intake = new LayoutIntake(store, { ...options, files, mediaType });
  const layouts = layout === undefined ? LAYOUTS : [parseLayout(layout)];
  let round: ClaimedFile[] = [];
  for await (const found of scanLayout(files, folder, layouts)) {
    signal?.throwIfAborted();
    if (found.kind !== 'claimed') onFinding?.(found);
    else if (round.push(found) === ROUND_FILES) {
      await intake.take(round);
      round = [];
    }
  }
  await intake.take(round);
  return intake.finish();
}

/** A file that was read, and stored for as long as nothing collects it. */
interface Taken {
  readonly file: ClaimedFile;
  readonly stored: StoredObject;
  readonly created: string;
}

type IntakeOptions = LayoutImportOptions & Required<Pick<LayoutImportOptions, 'files' | 'mediaType'>>;

class LayoutIntake {
  readonly #store: Store;
  readonly #options: IntakeOptions;
  readonly #progress: ReadingProgress;
  readonly #count = { files: 0, bytes: 0, damaged: 0 };

  constructor(store: Store, options: IntakeOptions) {
    this.#store = store;
    this.#options = options;
    this.#progress = new ReadingProgress(options.onProgress);
  }

  /** Stores the contents, then what is said of those that are what their names say, then the others apart. */
  async take(round: readonly ClaimedFile[]): Promise<void> {
    const taken = await this.#store.batch(async (batch) => {
      const all: Taken[] = [];
      for (const file of round) {
        this.#options.signal?.throwIfAborted();
        const one = await this.#read(file, batch);
        if (one !== undefined) all.push(one);
      }
      return all;
    });
    const isDamaged = ({ file, stored }: Taken): boolean => (file.claim.id ?? stored.id) !== stored.id;
    await this.#keep(taken.filter((one) => !isDamaged(one)));
    await this.#quarantine(taken.filter(isDamaged));
  }

  finish(): LayoutImportResult {
    this.#progress.finish();
    return { ...this.#count };
  }

  /** `undefined` where it cannot be read, which is a finding. */
  async #read(file: ClaimedFile, batch: Batch): Promise<Taken | undefined> {
    let failure: unknown;
    const reading = async <Value>(read: () => Promise<Value>): Promise<Value> => {
      try {
        return await read();
      } catch (error) {
        failure = error; // of the file, and not of the store
        throw error;
      }
    };
    try {
      await using opened = await reading(() => this.#openFile(file));
      const { sizeBytes, modifiedNs } = await reading(() => opened.stat());
      const isLong = sizeBytes > WHOLE_BYTES;
      const source = isLong
        ? readEach(opened, reading)
        : await reading(() => readWhole(opened, file.place, WHOLE_BYTES));
      const { content, length } = measureContent(source);
      const id = await batch.put(content);
      this.#progress.addFiles(1);
      this.#progress.addBytes(length());
      const created = new Date(Number(modifiedNs / 1_000_000n)).toISOString();
      return { file, stored: { id, sizeBytes: length() }, created };
    } catch (error) {
      if (error !== failure || !(error instanceof CasError)) throw error;
      this.#report('unreadable', file, error.message);
      return undefined;
    }
  }

  async #openFile({ place, path }: ClaimedFile): Promise<OpenFile> {
    const opened = await this.#options.files.open(place, 'read');
    if (opened !== undefined) return opened;
    throw new NotFoundError('FILE_NOT_FOUND', `'${formatName(path)}' went while the folder was read`);
  }

  async #keep(taken: readonly Taken[]): Promise<void> {
    if (taken.length === 0) return;
    const { mediaType } = this.#options;
    const records = taken.map(({ file, stored, created }) => {
      const { id: _checksum, ...metadata } = file.claim;
      return { content: stored, attributes: attributesOf({ mediaType, ...metadata }), created };
    });
    await new RecordWriter(this.#store).add(records);
    for (const { file, stored } of taken) {
      this.#count.files++;
      this.#count.bytes += stored.sizeBytes;
      if (!file.isInPlace) this.#report('misplaced', file, 'its bytes are sound, and it should be elsewhere');
    }
  }

  async #quarantine(taken: readonly Taken[]): Promise<void> {
    if (taken.length === 0) return;
    const edits = taken.map(({ file, stored }): MemberEdit => {
      const member = { kind: 'file', ...stored, attributes: NO_ATTRIBUTES } as const;
      return { names: parsePath(file.path), change: { kind: 'put', member } };
    });
    const source: EditSource = {
      name: `${taken.length} damaged`,
      write: async ({ objects }) => {
        await checkHeld(
          objects,
          taken.map(({ stored }) => stored.id),
        );
        return { entries: edits.length, skipped: [], edit: (before) => editTree(objects, before, edits) };
      },
    };
    await this.#store.commit(QUARANTINE, source);
    for (const { file, stored } of taken) {
      this.#count.damaged++;
      this.#report('damaged', file, `its bytes are those of '${stored.id}'`);
    }
  }

  #report(kind: ImportFinding['kind'], { path }: ClaimedFile, message: string): void {
    this.#options.onFinding?.({ kind, path: formatName(path), message });
  }
}

async function* readEach(
  file: OpenFile,
  reading: <Value>(read: () => Promise<Value>) => Promise<Value>,
): AsyncGenerator<Uint8Array> {
  const pieces = readStream(file);
  for (
    let next = await reading(() => pieces.next());
    next.done !== true;
    next = await reading(() => pieces.next())
  )
    yield next.value;
}

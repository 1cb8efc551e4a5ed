/** A bundle, open to be read: where its parts are, and whether it is what was written. */
import { createHash } from 'node:crypto';
import { equalBytes } from '../bytes/compare.ts';
import { NotFoundError } from '../errors/errors.ts';
import type { FileSystem, OpenFile } from '../files/file-system.ts';
import { JoinedFile } from '../files/joined-file.ts';
import type { ProgressListener } from '../flow/progress.ts';
import { readerOf } from '../scan/pack-indexer.ts';
import {
  BUNDLE_DIGEST_BYTES,
  BUNDLE_FOOTER_BYTES,
  type BundleParts,
  decodeBundleParts,
} from '../wire/bundle-footer.ts';
import {
  type BundleHeader,
  checkSignature,
  decodeBundleHeader,
  invalidBundle,
  MAX_BUNDLE_HEADER_BYTES,
} from '../wire/bundle-header.ts';
import { findLinesEnd } from '../wire/lines.ts';

const PIECE_BYTES: number = 2 ** 20;
const FIRST_BYTES = 64 * 1024;

export interface ProveOptions {
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** Reads nothing but its header and its footer until it is asked. */
export class OpenBundle implements AsyncDisposable {
  readonly header: BundleHeader;
  readonly sizeBytes: number;
  readonly #file: OpenFile;
  readonly #parts: BundleParts;
  readonly #volumes: readonly OpenFile[];

  /**
   * @param paths of its volumes, in order; of one that was not cut up, its own
   * @throws NotFoundError `FILE_NOT_FOUND` @throws CorruptError `BUNDLE_INVALID` @throws RefusedError `BUNDLE_TOO_NEW`
   */
  static async open(files: FileSystem, paths: readonly string[]): Promise<OpenBundle> {
    const volumes: OpenFile[] = [];
    try {
      for (const path of paths) volumes.push((await files.open(path, 'read')) ?? notFound(path));
      const sizes = await Promise.all(volumes.map(async (file) => (await file.stat()).sizeBytes));
      const whole = new JoinedFile(volumes.map((file, at) => ({ file, start: 0, end: sizes[at]! })));
      const header = await readHeader(whole);
      const footer = await readerOf(whole)(
        Math.max(whole.sizeBytes - BUNDLE_FOOTER_BYTES, 0),
        BUNDLE_FOOTER_BYTES,
      );
      const parts = decodeBundleParts(footer, whole.sizeBytes);
      if (parts.pack !== header.bytes) throw invalidBundle('its pack does not follow its header');
      return new OpenBundle({ file: whole, volumes, header: header.value, parts });
    } catch (error) {
      await Promise.allSettled(volumes.map((file) => file.close()));
      throw error;
    }
  }

  private constructor(opened: {
    readonly file: JoinedFile;
    readonly volumes: readonly OpenFile[];
    readonly header: BundleHeader;
    readonly parts: BundleParts;
  }) {
    this.header = opened.header;
    this.sizeBytes = opened.file.sizeBytes;
    this.#file = opened.file;
    this.#parts = opened.parts;
    this.#volumes = opened.volumes;
  }

  /** Whether all that its pack needs is in it: then it has tables, too, and can be read in place. */
  get isWhole(): boolean {
    return this.#parts.idx < this.#parts.meta;
  }

  get pack(): OpenFile {
    return this.#section(this.#parts.pack, this.#parts.idx);
  }

  get idx(): OpenFile {
    return this.#section(this.#parts.idx, this.#parts.meta);
  }

  get meta(): OpenFile {
    return this.#section(this.#parts.meta, this.#parts.footer);
  }

  /** Reads all of it. @throws CorruptError `BUNDLE_INVALID` where it is not what was written */
  async prove({ onProgress, signal }: ProveOptions = {}): Promise<void> {
    const end = this.sizeBytes - BUNDLE_DIGEST_BYTES;
    const read = readerOf(this.#file);
    const hasher = createHash('sha256');
    for (let at = 0; at < end; at += PIECE_BYTES) {
      signal?.throwIfAborted();
      hasher.update(await read(at, Math.min(PIECE_BYTES, end - at)));
      onProgress?.({ phase: 'checking', done: at, total: end, unit: 'bytes' });
    }
    if (!equalBytes(hasher.digest(), await read(end, BUNDLE_DIGEST_BYTES)))
      throw invalidBundle('its checksum is another');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#volumes.map((file) => file.close()));
  }

  #section(start: number, end: number): OpenFile {
    return new JoinedFile([{ file: this.#file, start, end }]);
  }
}

async function readHeader(
  file: JoinedFile,
): Promise<{ readonly value: BundleHeader; readonly bytes: number }> {
  const read = readerOf(file);
  for (let length = FIRST_BYTES; ; length *= 4) {
    const most = Math.min(length, file.sizeBytes, MAX_BUNDLE_HEADER_BYTES);
    const start = await read(0, most);
    checkSignature(start);
    const end = findLinesEnd(start);
    if (end !== undefined) return { value: decodeBundleHeader(start.subarray(0, end)), bytes: end };
    if (most < length) throw invalidBundle('its header does not end');
  }
}

function notFound(path: string): never {
  throw new NotFoundError('FILE_NOT_FOUND', `'${path}' is not there`, { hint: 'look at its name' });
}

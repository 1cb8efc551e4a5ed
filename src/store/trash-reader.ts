/**
 * Objects read where a collection put them, for those who cannot wait until they are put back: a view that is read at
 * once, of a label that is gone meanwhile. Nothing is moved by it.
 */
import type { FileSystem } from '../files/file-system.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { loosePath } from '../loose/loose-path.ts';
import { readLooseNow } from '../loose/loose-reader.ts';
import { firstSoundNow } from '../odb/first-sound.ts';
import type { ReadNowOptions } from '../odb/object-store.ts';
import { takeRange } from '../odb/read-object.ts';
import { BaseCache } from '../packs/base-cache.ts';
import { PackFolder } from '../packs/pack-folder.ts';
import { PacksNow } from '../packs/packs-now.ts';
import type { ZlibCodec } from '../zlib/codec.ts';
import { runFolderOf, runTimesOf } from './trash-runs.ts';

export interface TrashReaderOptions {
  readonly files: FileSystem;
  readonly codec: ZlibCodec;
  /** `objects/trash`. */
  readonly folder: string;
  /** Where a chunk is that did not go with its list. */
  readonly readElsewhere: (id: ObjectId, maxBytes: number) => Uint8Array | undefined;
}

/** The packs of one run. */
interface RunPacks {
  readonly folder: PackFolder;
  readonly now: PacksNow;
}

export class TrashReader implements AsyncDisposable {
  readonly #options: TrashReaderOptions;
  readonly #runs: Map<string, RunPacks> = new Map();

  constructor(options: TrashReaderOptions) {
    this.#options = options;
  }

  /**
   * The object, or a range of it, proved, as the latest run left it; `undefined` where none of them has it.
   *
   * @throws CorruptError `OBJECT_CORRUPT` where no copy is sound @throws RefusedError `TOO_LARGE`
   */
  readNow(id: ObjectId, how: ReadNowOptions = {}): Uint8Array | undefined {
    const { files, folder } = this.#options;
    const runs = runTimesOf(files.listNow?.(folder) ?? []).map((timeMs) => runFolderOf(folder, timeMs));
    return firstSoundNow(...runs.map((run) => () => this.#readFrom(run, id, how)));
  }

  /** Lets go of the files that it holds open. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { folder } of this.#runs.values()) await folder[Symbol.asyncDispose]();
    this.#runs.clear();
  }

  #readFrom(run: string, id: ObjectId, how: ReadNowOptions): Uint8Array | undefined {
    const { maxBytes = 2 ** 30, range } = how;
    const { now } = this.#packsOf(run);
    return firstSoundNow(
      () => {
        const loose = readLooseNow(this.#options, loosePath(run, id), { id, maxBytes });
        return loose && takeRange(loose, range);
      },
      () => now.read(id, how),
      () => now.readAgain(id, how), // a run that is under way still brings packs
    );
  }

  #packsOf(run: string): RunPacks {
    const known = this.#runs.get(run);
    if (known !== undefined) return known;
    const { files, codec, readElsewhere } = this.#options;
    const folder = new PackFolder(files, run);
    const now = new PacksNow({ folder, codec, cache: new BaseCache(), readElsewhere });
    this.#runs.set(run, { folder, now });
    return { folder, now };
  }
}

/**
 * Objects that came into a store, by the files that they came in: loose ones, and packs.
 *
 * A file is new when it got its name after what was told last. What moves objects from one file to another keeps the
 * time at which they were written, so a new file of old objects is told from one of new objects, but for those of the
 * last minutes.
 */
import { toByteString } from '../bytes/byte-string.ts';
import { CorruptError } from '../errors/errors.ts';
import type { FileStat } from '../files/file-system.ts';
import { type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { FAN_OUT, findLooseId } from '../loose/loose-path.ts';
import { Idx } from '../pack/idx.ts';
import { isPackName } from '../pack/pack-list.ts';
import type { Repository } from '../store/repository.ts';

/** Files that are named at one time are seen at times so far apart: by a look at hundreds of folders, and by clocks. */
const SLACK_NS = 5_000_000_000n;
/** So long before it gets its name the bytes of a file may have been written. */
const WRITING_NS = 600_000_000_000n;
const MAX_IDX_BYTES: number = 2 ** 30;

/** A file that came, and what is in it. */
interface NewFile {
  readonly path: string;
  /** When it got its name. */
  readonly changedNs: bigint;
  readonly read: () => Promise<Iterable<ObjectId>>;
}

export class PutFinder {
  readonly #repository: Repository;
  #sinceNs: bigint;
  /** Files of the last seconds that were told, and when each got its name. */
  readonly #told: Map<string, bigint> = new Map();

  /** @param sinceNs as {@link WatchPlace.putNs} */
  constructor(repository: Repository, sinceNs: bigint) {
    this.#repository = repository;
    this.#sinceNs = sinceNs;
  }

  get sinceNs(): bigint {
    return this.#sinceNs;
  }

  /** What is new since the last look: the objects of a file at a time. One is told once the next is asked for. */
  async *next(): AsyncGenerator<Iterable<ObjectId>> {
    let latestNs = this.#sinceNs;
    for await (const { path, changedNs, read } of this.#newFiles()) {
      yield await read();
      this.#told.set(path, changedNs);
      if (changedNs > latestNs) latestNs = changedNs;
    }
    this.#moveTo(latestNs);
  }

  /** Takes all that there is now for told. */
  async skip(): Promise<void> {
    this.#sinceNs = await this.#readLatest();
    for await (const { path, changedNs } of this.#newFiles()) {
      this.#told.set(path, changedNs);
    }
  }

  /** When any file last came, as the folders say. */
  async #readLatest(): Promise<bigint> {
    const { files, layout } = this.#repository;
    let latestNs = this.#sinceNs;
    for (const name of [...FAN_OUT, 'pack']) {
      const stat = await files.stat(`${layout.objects}/${name}`);
      if (stat !== undefined && stat.modifiedNs > latestNs) latestNs = stat.modifiedNs;
    }
    return latestNs;
  }

  #moveTo(ns: bigint): void {
    this.#sinceNs = ns;
    for (const [path, changedNs] of this.#told) if (changedNs < this.#firstNs) this.#told.delete(path);
  }

  /** What got its name before was told. */
  get #firstNs(): bigint {
    return this.#sinceNs - SLACK_NS;
  }

  async *#newFiles(): AsyncGenerator<NewFile> {
    const { files, layout } = this.#repository;
    for (const name of FAN_OUT) {
      const folder = `${layout.objects}/${name}`;
      for (const { text, stat } of await this.#newNames(folder, () => true)) {
        const id = findLooseId(name, text);
        if (id !== undefined && this.#isYoung(stat))
          yield { path: `${folder}/${text}`, changedNs: stat.changedNs, read: async () => [id] };
      }
    }
    const folder = `${layout.objects}/pack`;
    for (const { text, stat } of await this.#newNames(folder, isIdxName)) {
      const path = `${folder}/${text}`;
      const pack = await files.stat(path.replace(/idx$/, 'pack'));
      if (pack !== undefined && this.#isYoung(pack))
        yield { path, changedNs: stat.changedNs, read: () => this.#idsIn(path) };
    }
  }

  /** Names that came into a folder. One that nothing came into since is not looked at. */
  async #newNames(
    folder: string,
    isWanted: (name: string) => boolean,
  ): Promise<{ readonly text: string; readonly stat: FileStat }[]> {
    const { files } = this.#repository;
    const found: { text: string; stat: FileStat }[] = [];
    const stat = await files.stat(folder);
    if (stat === undefined || stat.modifiedNs < this.#firstNs) return found;
    for (const { name } of (await files.list(folder)) ?? []) {
      const text = toByteString(name);
      const stat = isWanted(text) ? await files.stat(`${folder}/${text}`) : undefined;
      const isNew = stat !== undefined && stat.changedNs >= this.#firstNs;
      if (isNew && !this.#told.has(`${folder}/${text}`)) found.push({ text, stat });
    }
    return found;
  }

  #isYoung({ modifiedNs }: Pick<FileStat, 'modifiedNs'>): boolean {
    return modifiedNs >= this.#sinceNs - WRITING_NS;
  }

  async #idsIn(path: string): Promise<Iterable<ObjectId>> {
    const bytes = await this.#repository.files.readFile(path, MAX_IDX_BYTES);
    try {
      return bytes === undefined ? [] : idsOf(Idx.decode(bytes));
    } catch (error) {
      if (error instanceof CorruptError) return []; // which a check tells of
      throw error;
    }
  }
}

function* idsOf(idx: Idx): Generator<ObjectId> {
  for (let row = 0; row < idx.count; row++) yield objectIdFromBytes(idx.idAt(row));
}

function isIdxName(name: string): boolean {
  return name.endsWith('.idx') && isPackName(name.slice(0, -'.idx'.length));
}

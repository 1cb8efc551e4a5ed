/**
 * Mends what a check found, as far as there is something to mend it with: tables are made again from their packs,
 * what is sound of a damaged pack goes into a new one, and a damaged copy makes way for a sound one.
 *
 * Nothing is lost by it: what is damaged is moved to `.cas/lost`, unless a pack of the same name, and so of the same
 * content, takes its place. A damaged loose object of which there is no other copy stays where it is.
 */
import { rebuildAliases } from '../alias/alias-rebuild.ts';
import { equalBytes } from '../bytes/compare.ts';
import { CorruptError, RefusedError } from '../errors/errors.ts';
import { writeFileDurably } from '../files/publish.ts';
import { isAliasHash } from '../hash/alias-hash.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { openLoose } from '../loose/loose-reader.ts';
import { indexPack } from '../scan/pack-indexer.ts';
import { listPacks } from '../store/pack-place.ts';
import type { Repository } from '../store/repository.ts';
import { sharedModes } from '../store/shared-modes.ts';
import type { LooseTrash } from '../store/trash-item.ts';
import { takeUpkeepLock } from '../store/upkeep-lock.ts';
import { Census } from './census.ts';
import { type Finding, type FindingId, finding } from './finding.ts';
import { hasLostIdx } from './idx-on-its-way.ts';
import { MAX_TABLE_BYTES, type OpenedPack, openPack } from './opened-pack.ts';
import { packPath } from './pack-findings.ts';
import { readCopy } from './present-copies.ts';
import { isSound } from './proved-copy.ts';
import { LostFiles } from './repair-lost.ts';
import { type SavedPack, savePack } from './repair-pack.ts';

export interface RepairOptions {
  /** How long to wait for another process that packs or collects. @default 10,000 */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

/** A sound copy, beside a damaged one. */
type Replacement = { readonly kind: 'pack' } | { readonly kind: 'trash'; readonly item: LooseTrash };

const PACK_PATH = /^objects\/pack\/(pack-[0-9a-f]{64})\.(?:pack|idx|meta)$/;
const DAMAGED_PACK: ReadonlySet<FindingId> = new Set([
  'pack-corrupt',
  'object-corrupt',
  'chunk-list-invalid',
]);
const DAMAGED_TABLE: ReadonlySet<FindingId> = new Set([
  'idx-corrupt',
  'idx-missing',
  'meta-corrupt',
  'meta-missing',
]);

/**
 * Mends what `findings` tell of, and tells of each thing that it did.
 *
 * @throws ConflictError `LOCKED` where another process packs or collects for longer than `waitMs`
 */
export async function* repair(
  repository: Repository,
  findings: readonly Finding[],
  options: RepairOptions = {},
): AsyncGenerator<Finding> {
  await using _lock = await takeUpkeepLock(repository, options);
  yield* new Repair(repository, options.signal).run(findings);
}

class Repair {
  readonly #repository: Repository;
  readonly #signal: AbortSignal | undefined;
  readonly #lost: LostFiles;

  constructor(repository: Repository, signal: AbortSignal | undefined) {
    this.#repository = repository;
    this.#signal = signal;
    this.#lost = new LostFiles(repository);
  }

  async *run(findings: readonly Finding[]): AsyncGenerator<Finding> {
    const damaged = namesIn(findings.filter(({ id }) => DAMAGED_PACK.has(id)));
    const tables = namesIn(findings.filter(({ id }) => DAMAGED_TABLE.has(id)));
    const young = namesIn(findings.filter(({ id }) => id === 'pack-unfinished'));
    for (const name of tables) if (!damaged.has(name)) yield* this.#mendTables(name);
    for (const name of young) if (yield* this.#finishPack(name)) tables.add(name);
    for (const name of damaged) yield* this.#mendPack(name);
    await this.#repository.objects.packed.rescan();
    for (const found of findings) {
      this.#signal?.throwIfAborted();
      if (found.id === 'object-corrupt') yield* this.#mendLoose(found);
      else if (found.id === 'object-missing') yield* this.#takeBack(found.object!);
      else if (found.id === 'pack-missing') yield* this.#clearTable(found);
      else if (found.id === 'aliases-corrupt') yield* this.#findAliases(found.path!);
    }
    const arePacksListed = !findings.some(({ id }) => id === 'pack-list-wrong');
    if (arePacksListed && damaged.size + tables.size === 0) return;
    yield* this.#listPacks();
  }

  /** Makes the tables of a sound pack again. */
  async *#mendTables(name: string): AsyncGenerator<Finding> {
    const { files, layout, codec, objects, config } = this.#repository;
    const path = packPath(name, 'pack');
    await using file = await files.open(`${layout.root}/${path}`, 'read');
    if (file === undefined) return;
    const readElsewhere = (id: ObjectId): Promise<Uint8Array | undefined> => readCopy(objects, id);
    const tables = await indexPack(
      { file, codec },
      { readElsewhere, ...(this.#signal && { signal: this.#signal }) },
    );
    const permissions = sharedModes(config.settings)?.object ?? 0o444;
    for (const ending of ['meta', 'idx'] as const) {
      const table = packPath(name, ending);
      const present = await files.readFile(`${layout.root}/${table}`, MAX_TABLE_BYTES);
      if (present !== undefined && equalBytes(present, tables[ending])) continue;
      if (present !== undefined) await this.#lost.take(table);
      await writeFileDurably(files, `${layout.root}/${table}`, tables[ending], { permissions });
      yield repaired(`made '${table}' again from its pack`, table);
    }
  }

  /** Makes the idx of a young pack that lost it. What is no sound pack may be one that is being copied here. */
  async *#finishPack(name: string): AsyncGenerator<Finding, boolean> {
    if (!(await hasLostIdx(this.#repository, name))) return false;
    try {
      yield* this.#mendTables(name);
      return true;
    } catch (error) {
      if (error instanceof CorruptError) return false;
      throw error;
    }
  }

  async *#mendPack(name: string): AsyncGenerator<Finding> {
    const opening = await openPack(this.#repository, name, { census: new Census(), damage: 'pass' });
    if (opening?.pack === undefined) return;
    await using pack = opening.pack;
    const saved = await this.#save(pack);
    if (saved === undefined) return;
    const path = packPath(name, 'pack');
    const count = saved.pack?.count ?? 0;
    const where = saved.pack === undefined ? '' : ` into '${packPath(saved.pack.name, 'pack')}'`;
    if (saved.pack?.name === name)
      yield repaired(`wrote '${path}' again: all of its ${count} objects were sound`, path);
    else {
      await this.#moveAway(name);
      yield repaired(`copied ${count} objects of '${path}'${where}, and moved it to 'lost'`, path);
    }
    await this.#repository.objects.packed.rescan();
    for (const object of saved.lost) {
      yield finding('repaired', `found no copy of object '${object}'; what is left of it is in 'lost'`, {
        object,
      });
    }
  }

  /** `undefined` where it cannot be done: then the pack stays. */
  async #save(pack: OpenedPack): Promise<SavedPack | undefined> {
    try {
      return await savePack(this.#repository, pack, this.#signal);
    } catch (error) {
      if (error instanceof RefusedError && error.code === 'TOO_LARGE') return undefined;
      throw error;
    }
  }

  /** The idx goes first, so that nobody looks for objects in what is going. */
  async #moveAway(name: string): Promise<void> {
    for (const ending of ['idx', 'meta', 'pack'] as const) await this.#lost.take(packPath(name, ending));
  }

  /** A damaged file makes way for a copy of its object that was proved first; where there is none, it stays. */
  async *#mendLoose({ object, path }: Finding): AsyncGenerator<Finding> {
    if (object === undefined || path === undefined || PACK_PATH.test(path)) return;
    const { objects, trash } = this.#repository;
    const source = await this.#findSound(object);
    const moved = source && (await this.#lost.take(path));
    if (source === undefined || moved === undefined) return;
    if (source.kind === 'trash') await trash.putBack(source.item);
    // Young, as whoever put it again meanwhile may have just been told that it is here.
    if (!(await objects.freshen(object))) return this.#lost.giveBack(path, moved);
    const where = source.kind === 'pack' ? 'a pack' : 'the trash';
    const message = `moved the damaged '${path}' to '${moved}': there is a sound copy in ${where}`;
    yield repaired(message, path, object);
  }

  /** A copy that is not where loose objects lie; it was read to its end. A pack that is in the trash comes back for it. */
  async #findSound(object: ObjectId): Promise<Replacement | undefined> {
    const { objects, trash, files, codec } = this.#repository;
    if (await isSound(objects.packed.open(object))) return { kind: 'pack' };
    for await (const item of trash.walkCopies(object)) {
      if (item.kind === 'loose') {
        const path = trash.pathOf(item);
        if (await isSound(openLoose({ files, codec }, path, object))) return { kind: 'trash', item };
      } else if (await trash.putBack(item)) {
        await objects.packed.rescan();
        if (await isSound(objects.packed.open(object))) return { kind: 'pack' };
      }
    }
    return undefined;
  }

  async *#takeBack(object: ObjectId): AsyncGenerator<Finding> {
    const { objects } = this.#repository;
    if (await objects.has(object)) return; // in a pack that has its idx again
    if (!(await objects.freshen(object))) return;
    yield finding('repaired', `took object '${object}' back from the trash`, { object });
  }

  /** A table without its pack means nothing, unless the pack is in the trash. */
  async *#clearTable({ path }: Finding): AsyncGenerator<Finding> {
    const [, name] = PACK_PATH.exec(path ?? '') ?? [];
    if (name !== undefined && (await this.#takePackBack(name))) {
      yield repaired(`took '${packPath(name, 'pack')}' back from the trash`, packPath(name, 'pack'));
      return;
    }
    const moved = path === undefined ? undefined : await this.#lost.take(path);
    if (moved !== undefined) yield repaired(`moved '${path}', whose pack is missing, to '${moved}'`, path!);
  }

  /** Whether the pack is there now. */
  async #takePackBack(name: string): Promise<boolean> {
    const { files, layout, objects, trash } = this.#repository;
    for (const timeMs of await trash.listTimes()) await trash.putBack({ kind: 'pack', name, timeMs });
    await objects.packed.rescan();
    return (await files.stat(`${layout.root}/${packPath(name, 'pack')}`)) !== undefined;
  }

  /** Makes a file of other hashes again from the contents. */
  async *#findAliases(path: string): AsyncGenerator<Finding> {
    const { aliases, objects } = this.#repository;
    const hash = path.slice(path.indexOf('/') + 1);
    if (!isAliasHash(hash)) return;
    await this.#lost.take(path);
    const signal = this.#signal ? { signal: this.#signal } : {};
    await rebuildAliases({ aliases, objects }, { hashes: [hash], ...signal });
    yield repaired(`made '${path}' again from the contents`, path);
  }

  async *#listPacks(): AsyncGenerator<Finding> {
    await listPacks(this.#repository);
    yield repaired("wrote 'objects/info/packs' again", 'objects/info/packs');
  }
}

function repaired(message: string, path: string, object?: ObjectId): Finding {
  return finding('repaired', message, { path, ...(object && { object }) });
}

/** The names of the packs that findings are about. */
function namesIn(findings: readonly Finding[]): Set<string> {
  return new Set(findings.flatMap(({ path }) => PACK_PATH.exec(path ?? '')?.[1] ?? []));
}

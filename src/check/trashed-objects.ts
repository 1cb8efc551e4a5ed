/** Checks what lies in the trash: somebody may want it back. */
import { CorruptError, SystemError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { loosePath } from '../loose/loose-path.ts';
import { openLoose } from '../loose/loose-reader.ts';
import { Idx } from '../pack/idx.ts';
import { Meta } from '../pack/meta.ts';
import { invalidPack, PACK_HEADER_BYTES, PACK_TRAILER_BYTES } from '../pack/pack-header.ts';
import { readerOf } from '../scan/pack-indexer.ts';
import { surveyPack } from '../scan/pack-survey.ts';
import type { Repository } from '../store/repository.ts';
import type { TrashItem } from '../store/trash-item.ts';
import { type Finding, finding } from './finding.ts';
import { isMetaOf, MAX_TABLE_BYTES } from './opened-pack.ts';

export async function* checkTrash(
  repository: Repository,
  signal: AbortSignal | undefined,
): AsyncGenerator<Finding> {
  const { trash } = repository;
  for (const timeMs of await trash.listTimes()) {
    for await (const item of trash.walk(timeMs)) {
      signal?.throwIfAborted();
      const path = pathOf(item);
      const problem = await findProblem(repository, item);
      if (problem === undefined) continue;
      yield finding('trash-corrupt', `'${path}' is damaged: ${problem}`, {
        path,
        hint: "nothing needs it, unless it is taken back with 'cas undelete'",
        ...(item.kind === 'loose' && { object: item.id }),
      });
    }
  }
}

/** From the store's folder on. */
function pathOf(item: TrashItem): string {
  const run = `objects/trash/${item.timeMs}`;
  return item.kind === 'loose' ? `${run}/${inFanOut(item.id)}` : `${run}/${item.name}.pack`;
}

function inFanOut(id: ObjectId): string {
  return loosePath('', id).slice(1);
}

async function findProblem(repository: Repository, item: TrashItem): Promise<string | undefined> {
  const { files, codec, layout } = repository;
  const path = `${layout.root}/${pathOf(item)}`;
  try {
    if (item.kind === 'pack') await readPack(repository, path);
    else {
      const found = await openLoose({ files, codec }, path, item.id);
      if (found !== undefined) for await (const _ of found.content); // the stream ends in an error unless it is right
    }
    return undefined;
  } catch (error) {
    if (error instanceof CorruptError) return error.message;
    if (error instanceof SystemError && error.code === 'NOT_A_FILE') return 'it is no file';
    throw error;
  }
}

/** Every byte is held against a checksum; nothing is inflated. What a writer left of a pack came here without an idx. */
async function readPack({ files }: Repository, path: string): Promise<void> {
  await using file = await files.open(path, 'read');
  if (file === undefined) return;
  const { sizeBytes: packBytes } = await file.stat();
  if (packBytes < PACK_HEADER_BYTES + PACK_TRAILER_BYTES) throw invalidPack('it ends inside its header');
  const bytes = await files.readFile(path.replace(/pack$/, 'idx'), MAX_TABLE_BYTES);
  const idx = bytes && Idx.decode(bytes, { packBytes });
  const metaBytes = await files.readFile(path.replace(/pack$/, 'meta'), MAX_TABLE_BYTES);
  const meta = metaBytes && Meta.decode(metaBytes);
  if (meta !== undefined && idx !== undefined && !isMetaOf(meta, idx))
    throw invalidPack('its meta is that of another pack');
  const offsets = Float64Array.from(idx?.rowsInPackOrder() ?? [], (row) => idx!.offsetAt(row));
  const { isSealed } = await surveyPack(readerOf(file), {
    bodyBytes: packBytes - PACK_TRAILER_BYTES,
    offsets,
  });
  if (!isSealed) throw invalidPack('its bytes are not those of its checksum');
}

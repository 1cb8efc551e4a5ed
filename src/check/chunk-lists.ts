/** Proves objects that lie in packs as lists of chunks, by reading all of their chunks. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { CorruptError } from '../errors/errors.ts';
import { bytesOfId, type ObjectId, objectIdFromBytes } from '../hash/object-id.ts';
import { type ChunkList, decodeChunkList } from '../pack/chunk-list.ts';
import type { Repository } from '../store/repository.ts';
import type { Census } from './census.ts';
import type { FoundList } from './examined-pack.ts';
import { type Finding, finding } from './finding.ts';
import { packPath, tableCorrupt } from './pack-findings.ts';
import { readCopy } from './present-copies.ts';

export interface ListCheck {
  readonly repository: Repository;
  /** Of all that was found sound otherwise. */
  readonly census: Census;
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
}

export async function* checkLists(check: ListCheck, lists: readonly FoundList[]): AsyncGenerator<Finding> {
  for (const found of lists) {
    const { id, packName, offset, meta } = found;
    const content = await readContent(check, found);
    if (typeof content === 'string') yield listInvalid(found, content);
    else {
      check.census.prove(check.census.enter(id), content.sizeBytes);
      if (meta && (meta.sizeBytes !== content.sizeBytes || meta.contentCrc !== content.contentCrc))
        yield tableCorrupt(packName, 'meta', `it is wrong about the object of chunks at ${offset}`);
    }
  }
}

function listInvalid({ id, packName, offset }: FoundList, problem: string): Finding {
  const path = packPath(packName, 'pack');
  const message = `object '${id}' is no list of chunks in '${path}' at ${offset}: ${problem}`;
  return finding('chunk-list-invalid', message, {
    object: id,
    path,
    hint: "put its bytes again from a good copy ('cas put FILE', or commit the folder again): that heals it",
  });
}

/** What the chunks of a list make, which is the object; or why they do not, as a clause. */
async function readContent(
  check: ListCheck,
  { id, bytes }: FoundList,
): Promise<{ readonly sizeBytes: number; readonly contentCrc: number } | string> {
  const { repository, census, onBytes, signal } = check;
  const list = decodedOrProblem(bytes, id);
  if (typeof list === 'string') return list;
  const hasher = createHash('sha256');
  let contentCrc = 0;
  for (const chunk of list.chunks) {
    signal?.throwIfAborted();
    const chunkId = objectIdFromBytes(chunk.id);
    const sizeBytes = census.sizeOf(chunkId);
    if (sizeBytes === undefined) return `its chunk '${chunkId}' is missing, or damaged`;
    if (sizeBytes !== chunk.sizeBytes)
      return `its chunk '${chunkId}' has ${sizeBytes} bytes, not ${chunk.sizeBytes}`;
    const content = await readCopy(repository.objects, chunkId);
    if (content === undefined) return `its chunk '${chunkId}' is missing`;
    hasher.update(content);
    contentCrc = crc32(content, contentCrc);
    onBytes(content.length);
  }
  if (!hasher.digest().equals(list.id)) return 'its chunks are those of another object';
  return { sizeBytes: list.sizeBytes, contentCrc };
}

function decodedOrProblem(bytes: Uint8Array, id: ObjectId): ChunkList | string {
  try {
    return decodeChunkList(bytes, bytesOfId(id));
  } catch (error) {
    if (error instanceof CorruptError) return error.message;
    throw error;
  }
}

/** Proves objects that lie in packs as lists of chunks, by reading all of their chunks. */
import { createHash } from 'node:crypto';
import { CorruptError } from '../errors/errors.ts';
import { bytesOfId, objectIdFromBytes } from '../hash/object-id.ts';
import { type ChunkList, decodeChunkList } from '../pack/chunk-list.ts';
import type { Repository } from '../store/repository.ts';
import type { Census } from './check-census.ts';
import type { FoundList } from './check-contents.ts';
import { readCopy } from './check-copies.ts';
import { packPath } from './check-findings.ts';
import { type Finding, finding } from './finding.ts';

export interface ListCheck {
  readonly repository: Repository;
  /** Of all that was found sound otherwise. */
  readonly census: Census;
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
}

export async function* checkLists(check: ListCheck, lists: readonly FoundList[]): AsyncGenerator<Finding> {
  for (const found of lists) {
    const problem = await findProblem(check, found);
    if (problem === undefined) continue;
    const { id, packName, offset } = found;
    const path = packPath(packName, 'pack');
    yield finding(
      'chunk-list-invalid',
      `object '${id}' is no list of chunks in '${path}' at ${offset}: ${problem}`,
      {
        object: id,
        path,
        hint: "put its bytes again from a good copy ('cas put FILE', or commit the folder again): that heals it",
      },
    );
  }
}

async function findProblem(check: ListCheck, { id, bytes }: FoundList): Promise<string | undefined> {
  try {
    const list = decodeChunkList(bytes, bytesOfId(id));
    const problem = await findChunkProblem(check, list);
    if (problem === undefined) check.census.prove(check.census.enter(list.id), list.sizeBytes);
    return problem;
  } catch (error) {
    if (error instanceof CorruptError) return error.message;
    throw error;
  }
}

async function findChunkProblem(check: ListCheck, { id, chunks }: ChunkList): Promise<string | undefined> {
  const { repository, census, onBytes, signal } = check;
  const hasher = createHash('sha256');
  for (const chunk of chunks) {
    signal?.throwIfAborted();
    const chunkId = objectIdFromBytes(chunk.id);
    const sizeBytes = census.sizeOf(chunkId);
    if (sizeBytes === undefined) return `its chunk '${chunkId}' is missing, or damaged`;
    if (sizeBytes !== chunk.sizeBytes)
      return `its chunk '${chunkId}' has ${sizeBytes} bytes, not ${chunk.sizeBytes}`;
    const content = await readCopy(repository.objects, chunkId);
    if (content === undefined) return `its chunk '${chunkId}' is missing`;
    hasher.update(content);
    onBytes(content.length);
  }
  return hasher.digest().equals(id) ? undefined : 'its chunks are those of another object';
}

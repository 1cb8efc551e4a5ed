/** Reads every loose object, and looks at every other file beside them. */
import { formatName } from '../bytes/text.ts';
import { CorruptError } from '../errors/errors.ts';
import { isTemporaryName } from '../files/temporary.ts';
import type { ProgressListener } from '../flow/progress.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { FAN_OUT, findLooseId } from '../odb/loose-path.ts';
import { openObject } from '../odb/read-object.ts';
import type { Repository } from '../store/repository.ts';
import { type Finding, finding } from './finding.ts';

export interface ScanOptions {
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** @param sizes takes the size of every sound object */
export async function* scanObjects(
  repository: Repository,
  sizes: Map<ObjectId, number>,
  options: ScanOptions = {},
): AsyncGenerator<Finding> {
  const { objects, layout } = repository;
  const { onProgress, signal } = options;
  let bytes = 0;
  const onPiece = (piece: Uint8Array): void => {
    signal?.throwIfAborted();
    bytes += piece.length;
    onProgress?.({ phase: 'reading objects', done: sizes.size, unit: 'objects', bytes });
  };
  for await (const id of objects.ids()) {
    signal?.throwIfAborted();
    try {
      sizes.set(id, await proveObject(repository, id, onPiece));
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
      yield finding('object-corrupt', error.message, {
        object: id,
        hint: "put its bytes again from a good copy ('cas put FILE', or commit the folder again): that heals it",
      });
    }
    onProgress?.({ phase: 'reading objects', done: sizes.size, unit: 'objects', bytes });
  }
  yield* findStrangers(repository, layout.objects, new Set([...FAN_OUT, 'pack', 'info']));
  for (const fanOut of FAN_OUT) yield* findStrangers(repository, `${layout.objects}/${fanOut}`, fanOut);
}

/** Reads an object to its end. @returns its size @throws CorruptError `OBJECT_CORRUPT` */
async function proveObject(
  { objects }: Repository,
  id: ObjectId,
  onPiece: (piece: Uint8Array) => void,
): Promise<number> {
  const { content, sizeBytes } = await openObject(objects, id);
  for await (const piece of content) onPiece(piece); // the stream ends in an error unless all of it is right
  return sizeBytes;
}

/** Files that have no business in a folder: neither what is expected there nor a write that was cut off. */
async function* findStrangers(
  { files }: Repository,
  folder: string,
  expected: ReadonlySet<string> | string,
): AsyncGenerator<Finding> {
  for (const { name } of (await files.list(folder)) ?? []) {
    const text = formatName(name);
    const isExpected =
      typeof expected === 'string' ? findLooseId(expected, text) !== undefined : expected.has(text);
    if (isExpected) continue;
    const path = `${folder}/${text}`;
    if (isTemporaryName(text))
      yield finding('temporary-left', `'${path}' is being written, or is left of a write that was cut off`);
    else
      yield finding('file-unknown', `'${path}' is no part of a store`, {
        hint: 'look at it, and move it away',
      });
  }
}

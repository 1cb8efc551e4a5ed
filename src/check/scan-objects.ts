/** Reads every loose object, and looks at every other file beside them. */

import { toByteString } from '../bytes/byte-string.ts';
import { formatName } from '../bytes/text.ts';
import { CasError, CorruptError } from '../errors/errors.ts';
import { collectBytes, observe } from '../flow/byte-stream.ts';
import { hexOf, type ObjectId } from '../hash/object-id.ts';
import { FAN_OUT, findLooseId } from '../loose/loose-path.ts';
import type { ObjectStream } from '../odb/object-store.ts';
import { openObject } from '../odb/read-object.ts';
import type { Repository } from '../store/repository.ts';
import type { Census } from './census.ts';
import { type Finding, finding } from './finding.ts';
import type { Links } from './links.ts';
import { strange } from './pack-files.ts';

/** Trees and snapshots up to here are looked into when they are read. */
const SEEN_BYTES: number = 8 * 2 ** 20;
/** What else stands in `objects`. */
const FOLDERS: ReadonlySet<string> = new Set([...FAN_OUT, 'pack', 'info', 'trash']);

export interface LooseCheck {
  readonly repository: Repository;
  readonly census: Census;
  readonly links: Links;
  readonly onPiece: (bytes: number) => void;
  readonly onDone: (objects: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** Looks at all names in `objects`, but for packs. @param ids takes the names of all loose objects */
export async function* listLoose({ files, layout }: Repository, ids: ObjectId[]): AsyncGenerator<Finding> {
  for (const { name } of (await files.list(layout.objects)) ?? []) {
    const text = toByteString(name);
    if (!FOLDERS.has(text)) yield strange(`objects/${formatName(name)}`, text);
  }
  for (const fanOut of FAN_OUT) {
    for (const { name } of (await files.list(`${layout.objects}/${fanOut}`)) ?? []) {
      const text = toByteString(name);
      const id = findLooseId(fanOut, text);
      if (id !== undefined) ids.push(id);
      else yield strange(`objects/${fanOut}/${formatName(name)}`, text);
    }
  }
}

/** Enters what is sound into the census, and what it names into the links. */
export async function* scanLoose(check: LooseCheck, ids: Iterable<ObjectId>): AsyncGenerator<Finding> {
  for (const id of ids) {
    check.signal?.throwIfAborted();
    try {
      await proveLoose(check, id);
    } catch (error) {
      if (error instanceof CasError && error.code === 'OBJECT_NOT_FOUND') continue; // it was packed meanwhile
      if (!(error instanceof CorruptError)) throw error;
      yield finding('object-corrupt', error.message, {
        object: id,
        path: pathOf(id),
        hint: "put its bytes again from a good copy ('cas put FILE', or commit the folder again): that heals it",
      });
    }
    check.onDone(1);
  }
}

/** The path of a loose object as findings have it. */
function pathOf(id: ObjectId): string {
  const hex = hexOf(id);
  return `objects/${hex.slice(0, 2)}/${hex.slice(2)}`;
}

/** Reads an object to its end: the stream ends in an error unless all of it is right. */
async function proveLoose(check: LooseCheck, id: ObjectId): Promise<void> {
  const { repository, census, links, onPiece } = check;
  const found = await openObject(repository.objects.loose, id);
  const content = observe(found.content, (piece) => {
    check.signal?.throwIfAborted();
    onPiece(piece.length);
  });
  const number = census.enter(id);
  if (!isLookedInto(found)) for await (const _ of content);
  else if (found.hint === 'tree') links.seeTree(number, await collectBytes(content));
  else links.seeSnapshot(number, await collectBytes(content), id);
  census.prove(number, found.sizeBytes);
}

function isLookedInto({ hint, sizeBytes }: ObjectStream): boolean {
  return hint !== 'content' && sizeBytes <= SEEN_BYTES;
}

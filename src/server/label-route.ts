/** `GET label/<label>/<path>`: files as they are, folders as lists, symlinks as where they lead. */
import { formatName } from '../bytes/text.ts';
import { NotFoundError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import { readObject } from '../odb/read-object.ts';
import { type Answer, redirectTo } from './answer.ts';
import { answerContents } from './contents.ts';
import { answerFolder } from './folder-page.ts';
import { findLabelled, type Labelled } from './labelled.ts';
import { mediaTypeOf } from './media-type.ts';
import type { StoreRequest } from './request.ts';
import { escapePart } from './target.ts';

const MAX_TARGET_BYTES = 4095;
const SLASH = 0x2f;

export async function answerLabelled(request: StoreRequest): Promise<Answer> {
  const found = await findLabelled(request, request.names);
  const { entry, label } = found;
  if (entry === undefined || entry.kind === 'folder') {
    if (!request.isFolder) return redirectTo(`${placeOf(request, request.names)}/`);
    return answerFolder(request, found, entry?.id ?? label.snapshot.tree);
  }
  if (request.isFolder) throw notFolder(entry);
  if (entry.kind === 'symlink') return followLink(request, found, entry);
  const headers = {
    'content-type': mediaTypeOf(entry),
    'content-disposition': dispositionOf('inline', formatName(entry.name)),
    'cache-control': 'no-cache',
  };
  const { named: objects } = request.store.repository;
  return answerContents({ objects, id: entry.id, sizeBytes: entry.sizeBytes, headers }, request);
}

/** The header Content-Disposition (RFC 6266), with a name that any system takes. */
export function dispositionOf(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\w.-]/g, '_');
  const escaped = encodeURIComponent(name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  return `${kind}; filename="${plain}"; filename*=UTF-8''${escaped}`;
}

/** A path of this server. */
function placeOf({ store }: StoreRequest, names: readonly Uint8Array[]): string {
  return `/s/${store.name}/label/${names.map(escapePart).join('/')}`;
}

/** Within the set only; whether anything is there is told when it is asked for. */
async function followLink(request: StoreRequest, { path }: Labelled, entry: TreeEntry): Promise<Answer> {
  const target = await readTarget(request, entry.id);
  const start = request.names.length - path.length;
  const names = request.names.slice(0, -1);
  if (target[0] === SLASH) throw leadsOut(entry);
  for (const part of partsOf(target)) {
    const text = formatName(part);
    if (text === '' || text === '.') continue;
    if (text !== '..') names.push(part);
    else if (names.length > start) names.pop();
    else throw leadsOut(entry);
  }
  return redirectTo(placeOf(request, names));
}

function readTarget({ store }: StoreRequest, id: ObjectId): Promise<Uint8Array> {
  return readObject(store.repository.named, id, { maxBytes: MAX_TARGET_BYTES });
}

function partsOf(path: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let start = 0; start <= path.length; ) {
    const slash = path.indexOf(SLASH, start);
    const end = slash < 0 ? path.length : slash;
    parts.push(path.subarray(start, end));
    start = end + 1;
  }
  return parts;
}

function leadsOut({ name }: TreeEntry): NotFoundError {
  return new NotFoundError('PATH_NOT_FOUND', `symlink '${formatName(name)}' leads out of its set`);
}

function notFolder({ name }: TreeEntry): NotFoundError {
  return new NotFoundError('PATH_NOT_FOUND', `'${formatName(name)}' is no folder`, {
    hint: "leave the last '/' out",
  });
}

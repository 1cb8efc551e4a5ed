/**
 * What is asked of a store once all is there that it needs: labels that move, all or none.
 *
 *   cas-push 1 LF
 *   upload <digest> LF                 the name of the upload that has the bundle
 *   bundle <bytes> LF                  the bundle itself, behind the empty line; neither of both where nothing has to go
 *   force LF                           also protected labels, and such as do not go forward
 *   edit <old|-> <new|-> <name> LF     what the label must be now, and is to be; ascending by the bytes of names
 *   LF
 */
import { concatBytes } from '../bytes/concat.ts';
import type { ObjectId } from '../hash/object-id.ts';
import { sortByName } from '../label/label.ts';
import type { LabelName } from '../label/name.ts';
import {
  checkCanonical,
  type DocumentKind,
  decodeLines,
  encodeLines,
  findLinesEnd,
  invalidDocument,
  Words,
} from './lines.ts';

/** What becomes of a label. */
export interface PushEdit {
  readonly name: LabelName;
  /** What it must be; `undefined`: it must not be there. */
  readonly old: ObjectId | undefined;
  /** What it is to be; `undefined`: it is deleted. */
  readonly new: ObjectId | undefined;
}

/** At most one of `upload` and `bundle`; neither where the store has all that is needed. */
export interface PushRequest {
  /** 64 hex digits, chosen by who pushes: the bundle was sent before, under that name. */
  readonly upload?: string | undefined;
  /** The bundle, which goes with the request. */
  readonly bundle?: Uint8Array | undefined;
  readonly force: boolean;
  readonly edits: readonly PushEdit[];
}

export const MAX_PUSH_REQUEST_BYTES: number = 64 * 2 ** 20;
const KIND: DocumentKind = { name: 'cas-push', subject: 'the request', maxBytes: MAX_PUSH_REQUEST_BYTES };

/** @param request whose edits come in any order, each name once */
export function encodePushRequest({ upload, bundle, force, edits }: PushRequest): Uint8Array {
  const lines = encodeLines(KIND, [
    ...(upload === undefined ? [] : [`upload ${upload}`]),
    ...(bundle === undefined ? [] : [`bundle ${bundle.length}`]),
    ...(force ? ['force'] : []),
    ...sortByName(edits).map((edit) => `edit ${edit.old ?? '-'} ${edit.new ?? '-'} ${edit.name}`),
  ]);
  return bundle === undefined ? lines : concatBytes([lines, bundle]);
}

/** @throws CorruptError `DOCUMENT_INVALID` @throws RefusedError `DOCUMENT_TOO_NEW` */
export function decodePushRequest(bytes: Uint8Array): PushRequest {
  const words = new Words(KIND);
  const end = findLinesEnd(bytes) ?? bytes.length;
  let upload: string | undefined;
  let bundle: Uint8Array | undefined;
  let force = false;
  const edits = new Map<LabelName, PushEdit>();
  for (const [kind, first, second, third] of decodeLines(KIND, bytes.subarray(0, end))) {
    if (kind === 'upload') upload = words.digest(first);
    else if (kind === 'bundle') bundle = carried(bytes.subarray(end), words.number(first));
    else if (kind === 'force') force = true;
    else if (kind === 'edit') {
      const name = words.name(third);
      edits.set(name, { name, old: words.idOrNone(first), new: words.idOrNone(second) });
    } else words.unknown();
  }
  if (upload !== undefined && bundle !== undefined)
    throw invalidDocument(KIND, 'it has a bundle, and names another');
  const request = { upload, bundle, force, edits: [...edits.values()] };
  checkCanonical(KIND, bytes, encodePushRequest(request));
  return request;
}

function carried(rest: Uint8Array, sizeBytes: number): Uint8Array {
  if (rest.length === sizeBytes) return rest;
  throw invalidDocument(KIND, `${rest.length} bytes follow it, and not ${sizeBytes}`);
}

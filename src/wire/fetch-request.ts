/**
 * What is asked of a store: labels with all that they reach, or contents one by one, less what the asker has. The answer
 * is a bundle.
 *
 *   cas-fetch 1 LF
 *   label <name> LF               one that is wanted
 *   object <id> LF                content that is wanted, by itself
 *   have <id> LF                  a snapshot that the asker has, with all that it reaches
 *   horizon <id> LF               of what it has, a snapshot whose parents it has not
 *   depth <n> LF                  of each label at most so many snapshots, at least 1
 *   contents none LF              snapshots and trees only
 *   resume <bytes> <digest> LF    so much of the answer is there; SHA-256 of it in hex
 *   LF
 *
 * The lines come in this order of their kinds, labels by the bytes of their names and ids ascending, each once; of the
 * last three kinds there is at most one line.
 */
import type { ObjectId } from '../hash/object-id.ts';
import { sortByName } from '../label/label.ts';
import type { LabelName } from '../label/name.ts';
import { checkCanonical, type DocumentKind, decodeLines, encodeLines, Words } from './lines.ts';

/** How much of an answer has arrived already. */
export interface ResumePoint {
  readonly bytes: number;
  /** SHA-256 of them in hex. */
  readonly digest: string;
}

export interface FetchRequest {
  /** As the store that is asked names them. */
  readonly labels: readonly LabelName[];
  readonly objects: readonly ObjectId[];
  /** Snapshots that the asker has with all that they reach; those that the store does not know say nothing. */
  readonly have: readonly ObjectId[];
  /** Of what it has, the snapshots whose parents it has not. */
  readonly horizon: readonly ObjectId[];
  /** How many snapshots of each label's history are wanted, at least 1. `undefined`: all */
  readonly depth: number | undefined;
  /** `none`: snapshots and trees only. */
  readonly contents: 'all' | 'none';
  readonly resume: ResumePoint | undefined;
}

/**
 * Of what is not said: nothing is wanted, the asker has nothing, and what is wanted comes with all of its history and
 * contents, from its beginning on.
 */
export function fetchRequestOf(asked: Partial<FetchRequest>): FetchRequest {
  return {
    labels: [],
    objects: [],
    have: [],
    horizon: [],
    depth: undefined,
    contents: 'all',
    resume: undefined,
    ...asked,
  };
}

export const MAX_FETCH_REQUEST_BYTES: number = 64 * 2 ** 20;
const KIND: DocumentKind = {
  name: 'cas-fetch',
  subject: 'the request',
  maxBytes: MAX_FETCH_REQUEST_BYTES,
};

/** @param request in any order, each id and each name once */
export function encodeFetchRequest(request: FetchRequest): Uint8Array {
  const { labels, objects, have, horizon, depth, contents, resume } = request;
  return encodeLines(KIND, [
    ...sortByName(labels.map((name) => ({ name }))).map(({ name }) => `label ${name}`),
    ...objects.toSorted().map((id) => `object ${id}`),
    ...have.toSorted().map((id) => `have ${id}`),
    ...horizon.toSorted().map((id) => `horizon ${id}`),
    ...(depth === undefined ? [] : [`depth ${depth}`]),
    ...(contents === 'none' ? ['contents none'] : []),
    ...(resume === undefined ? [] : [`resume ${resume.bytes} ${resume.digest}`]),
  ]);
}

/** @throws CorruptError `DOCUMENT_INVALID` @throws RefusedError `DOCUMENT_TOO_NEW` */
export function decodeFetchRequest(bytes: Uint8Array): FetchRequest {
  const words = new Words(KIND);
  const request = new RequestBuilder(words);
  for (const line of decodeLines(KIND, bytes)) request.add(line);
  const { labels, objects, have, horizon, depth, contents, resume } = request;
  const decoded = {
    labels: [...labels],
    objects: [...objects],
    have: [...have],
    horizon: [...horizon],
    depth,
    contents,
    resume,
  };
  checkCanonical(KIND, bytes, encodeFetchRequest(decoded));
  return decoded;
}

class RequestBuilder {
  readonly labels: Set<LabelName> = new Set();
  readonly objects: Set<ObjectId> = new Set();
  readonly have: Set<ObjectId> = new Set();
  readonly horizon: Set<ObjectId> = new Set();
  depth: number | undefined;
  contents: 'all' | 'none' = 'all';
  resume: ResumePoint | undefined;
  readonly #words: Words;

  constructor(words: Words) {
    this.#words = words;
  }

  add([kind, first, second]: readonly string[]): void {
    const words = this.#words;
    if (kind === 'label') this.labels.add(words.name(first));
    else if (kind === 'object') this.objects.add(words.id(first));
    else if (kind === 'have') this.have.add(words.id(first));
    else if (kind === 'horizon') this.horizon.add(words.id(first));
    else if (kind === 'depth') this.depth = words.number(first) || words.unknown();
    else if (kind === 'contents') this.contents = first === 'none' ? first : words.unknown();
    else if (kind === 'resume') this.resume = { bytes: words.number(first), digest: words.digest(second) };
    else words.unknown();
  }
}

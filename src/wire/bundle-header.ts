/**
 * What a bundle says before its pack.
 *
 *   cas-bundle 1 LF
 *   prerequisite <id> LF                                   a snapshot that the receiver has, with all that it reaches
 *   horizon <id> LF                                        a snapshot whose parents were left out on purpose
 *   label <id> <name> LF                                   where a label is to be
 *   chunks <list> <first> <count> <object> <offset> LF     chunks that were left out: bytes of an object that the
 *                                                          receiver has
 *   LF
 *
 * The lines come in this order of their kinds. Of each kind they ascend: prerequisites and horizon by id, labels by
 * name, chunks by list and first chunk, each chunk once. Every header has one encoding.
 */
import { toByteString } from '../bytes/byte-string.ts';
import { equalBytes } from '../bytes/compare.ts';
import { decodeText, encodeText } from '../bytes/text.ts';
import { CorruptError, RefusedError } from '../errors/errors.ts';
import { findObjectId, type ObjectId } from '../hash/object-id.ts';
import { sortByName } from '../label/label.ts';
import { isLabelName, type LabelName } from '../label/name.ts';

/** Where a label is to be. */
export interface BundledLabel {
  readonly name: LabelName;
  /** A snapshot. */
  readonly id: ObjectId;
}

/** Chunks of a list, one after the other, that are bytes of an object, one after the other too. */
export interface ChunkRun {
  /** The object whose list of chunks is in the bundle. */
  readonly list: ObjectId;
  /** The number of the first chunk in the list, from 0. */
  readonly first: number;
  /** How many chunks, at least 1. */
  readonly count: number;
  /** An object that the receiver has, in whatever form. */
  readonly object: ObjectId;
  /** Where the bytes of the first chunk begin in it. */
  readonly offset: number;
}

/** Everything in the order in which a header has it. */
export interface BundleHeader {
  /** Snapshots that the receiver must have, with all that they reach. */
  readonly prerequisites: readonly ObjectId[];
  /** Snapshots in the bundle whose parents were left out on purpose. */
  readonly horizon: readonly ObjectId[];
  readonly labels: readonly BundledLabel[];
  readonly runs: readonly ChunkRun[];
}

/** No header is longer: some 150,000 labels. */
export const MAX_BUNDLE_HEADER_BYTES: number = 16 * 2 ** 20;
/** Every bundle begins so. */
export const BUNDLE_SIGNATURE = 'cas-bundle ';

const FIRST_LINE = `${BUNDLE_SIGNATURE}1\n`;
const NUMBER = /^(0|[1-9]\d{0,15})$/;
const KINDS: readonly string[] = ['prerequisite', 'horizon', 'label', 'chunks'];

/**
 * @param header in any order, each id, each name and each chunk once
 * @throws RefusedError `TOO_LARGE` over {@link MAX_BUNDLE_HEADER_BYTES}
 */
export function encodeBundleHeader(header: BundleHeader): Uint8Array {
  const bytes = encodeLines(header);
  if (bytes.length <= MAX_BUNDLE_HEADER_BYTES) return bytes;
  throw new RefusedError('TOO_LARGE', `a bundle cannot tell of so much in ${MAX_BUNDLE_HEADER_BYTES} bytes`, {
    hint: 'make several bundles, of fewer labels each',
  });
}

function encodeLines({ prerequisites, horizon, labels, runs }: BundleHeader): Uint8Array {
  const lines = [
    ...prerequisites.toSorted().map((id) => `prerequisite ${id}\n`),
    ...horizon.toSorted().map((id) => `horizon ${id}\n`),
    ...sortByName(labels).map(({ id, name }) => `label ${id} ${name}\n`),
    ...runs.toSorted(compareRuns).map(formatRun),
  ];
  return encodeText(`${FIRST_LINE}${lines.join('')}\n`);
}

/**
 * @param bytes of a header, and nothing else
 * @throws CorruptError `BUNDLE_INVALID` @throws RefusedError `BUNDLE_TOO_NEW` where it is of another version
 */
export function decodeBundleHeader(bytes: Uint8Array): BundleHeader {
  checkSignature(bytes);
  if (bytes.length > MAX_BUNDLE_HEADER_BYTES) throw invalidBundle('its header is too long');
  const text = decodeText(bytes);
  if (text === undefined || !text.endsWith('\n\n')) throw invalidBundle('its header is not lines of text');
  const header = new HeaderBuilder();
  for (const line of text.slice(FIRST_LINE.length, -1).split('\n').slice(0, -1)) header.add(line);
  if (!equalBytes(encodeLines(header), bytes))
    throw invalidBundle('the lines of its header are out of order');
  return header;
}

/** @throws CorruptError `BUNDLE_INVALID` @throws RefusedError `BUNDLE_TOO_NEW` */
export function checkSignature(bytes: Uint8Array): void {
  const start = toByteString(bytes.subarray(0, 24));
  if (start.startsWith(FIRST_LINE)) return;
  if (!start.startsWith(BUNDLE_SIGNATURE)) throw invalidBundle("it does not begin with 'cas-bundle'");
  throw new RefusedError('BUNDLE_TOO_NEW', 'the bundle is of a version that is not known here', {
    hint: 'upgrade caskit, or have it made by the version that is here',
  });
}

/** @param problem what is wrong, for the message */
export function invalidBundle(problem: string, cause?: unknown): CorruptError {
  return new CorruptError('BUNDLE_INVALID', `the bundle is damaged: ${problem}`, {
    hint: 'get it once more from where it was made; of one in volumes, name all of them, in order',
    ...(cause !== undefined && { cause }),
  });
}

class HeaderBuilder implements BundleHeader {
  readonly prerequisites: ObjectId[] = [];
  readonly horizon: ObjectId[] = [];
  readonly labels: BundledLabel[] = [];
  readonly runs: ChunkRun[] = [];
  #kind = 0;

  /** Only what would be in order all the same is looked for here. */
  add(line: string): void {
    const [word = '', ...words] = line.split(' ');
    const kind = KINDS.indexOf(word);
    if (kind < this.#kind) throw invalidBundle('a line of its header cannot be read');
    this.#kind = kind;
    if (word === 'prerequisite') addOnce(this.prerequisites, soleId(words));
    else if (word === 'horizon') addOnce(this.horizon, soleId(words));
    else if (word === 'label') this.#addLabel(words);
    else this.#addRun(parseRun(words));
  }

  #addLabel([idText = '', name = '', ...rest]: readonly string[]): void {
    if (!isLabelName(name) || rest.length > 0) throw invalidBundle('a label in its header has no name');
    if (this.labels.at(-1)?.name === name) throw twice();
    this.labels.push({ name, id: parseId(idText) });
  }

  #addRun(run: ChunkRun): void {
    const last = this.runs.at(-1);
    if (last?.list === run.list && run.first < last.first + last.count) throw twice();
    this.runs.push(run);
  }
}

function addOnce(ids: ObjectId[], id: ObjectId): void {
  if (ids.at(-1) === id) throw twice();
  ids.push(id);
}

function twice(): CorruptError {
  return invalidBundle('a line of its header is there twice');
}

function soleId([text = '', ...rest]: readonly string[]): ObjectId {
  if (rest.length > 0) throw invalidBundle('a line of its header cannot be read');
  return parseId(text);
}

function parseId(text: string): ObjectId {
  const id = text.startsWith('sha256:') ? findObjectId(text) : undefined;
  if (id === undefined) throw invalidBundle('its header has an id that is none');
  return id;
}

function parseRun([
  list = '',
  first = '',
  count = '',
  object = '',
  offset = '',
  ...rest
]: readonly string[]): ChunkRun {
  const run = {
    list: parseId(list),
    first: parseNumber(first),
    count: parseNumber(count),
    object: parseId(object),
    offset: parseNumber(offset),
  };
  if (rest.length > 0 || run.count === 0) throw invalidBundle('a line of its header cannot be read');
  return run;
}

function parseNumber(text: string): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw invalidBundle('its header has a number that is none');
  return value;
}

function formatRun({ list, first, count, object, offset }: ChunkRun): string {
  return `chunks ${list} ${first} ${count} ${object} ${offset}\n`;
}

function compareRuns(left: ChunkRun, right: ChunkRun): number {
  if (left.list !== right.list) return left.list < right.list ? -1 : 1;
  return left.first - right.first;
}

/**
 * What a machine holds, for who sends to it and never meets it.
 *
 *   cas-have 1 LF
 *   snapshot <id> LF       one that it has with all that it reaches; ascending
 *   horizon <id> LF        one of those whose parents it does not have; ascending
 *   LF
 *   8 bytes each           the beginnings of the ids of all objects that it has, ascending, each once
 *   32                     SHA-256 of all bytes before it
 *
 * Two ids that begin alike are taken for one: of a million objects here and a million there one does by chance once in
 * ten million times. What is left out for that reason is missed when it is to be stored, and told.
 */
import { createHash } from 'node:crypto';
import { toByteString } from '../bytes/byte-string.ts';
import { equalBytes } from '../bytes/compare.ts';
import { concatBytes, viewBytes } from '../bytes/concat.ts';
import { encodeText } from '../bytes/text.ts';
import { CorruptError } from '../errors/errors.ts';
import { bytesOfId, findObjectId, type ObjectId } from '../hash/object-id.ts';

const FIRST_LINE = 'cas-have 1\n';
const PREFIX_BYTES = 8;
const DIGEST_BYTES = 32;
/** Of some 100 million objects. */
export const MAX_HAVE_BYTES: number = 2 ** 30;

/** The beginnings of ids, as they are gathered: in columns, sorted when all have come. */
export class HaveBuilder {
  readonly #snapshots: Set<ObjectId> = new Set();
  readonly #horizon: Set<ObjectId> = new Set();
  #prefixes = new BigUint64Array(1024);
  #count = 0;

  /** @param end whether its parents are not here */
  addSnapshot(id: ObjectId, end: 'horizon' | 'none' = 'none'): void {
    this.#snapshots.add(id);
    if (end === 'horizon') this.#horizon.add(id);
  }

  addObject(id: ObjectId): void {
    if (this.#count === this.#prefixes.length) {
      const larger = new BigUint64Array(this.#count * 2);
      larger.set(this.#prefixes);
      this.#prefixes = larger;
    }
    this.#prefixes[this.#count++] = prefixOf(id);
  }

  encode(): Uint8Array {
    const sorted = this.#prefixes.subarray(0, this.#count).sort();
    const unique = sorted.filter((prefix, at) => at === 0 || prefix !== sorted[at - 1]);
    return encodeLists([...this.#snapshots].sort(), [...this.#horizon].sort(), unique);
  }
}

/** @param snapshots ascending, each once, as the others are */
function encodeLists(
  snapshots: readonly ObjectId[],
  horizon: readonly ObjectId[],
  prefixes: BigUint64Array,
): Uint8Array {
  const lines = [...snapshots.map((id) => `snapshot ${id}\n`), ...horizon.map((id) => `horizon ${id}\n`)];
  const column = new DataView(new ArrayBuffer(prefixes.length * PREFIX_BYTES));
  for (const [at, prefix] of prefixes.entries()) column.setBigUint64(at * PREFIX_BYTES, prefix);
  const body = concatBytes([encodeText(`${FIRST_LINE}${lines.join('')}\n`), new Uint8Array(column.buffer)]);
  return concatBytes([body, viewBytes(createHash('sha256').update(body).digest())]);
}

/** What a machine says that it holds. */
export class Have {
  readonly snapshots: readonly ObjectId[];
  /** Those of them whose parents it does not have. */
  readonly horizon: readonly ObjectId[];
  readonly #prefixes: BigUint64Array;

  /** @throws CorruptError `HAVE_INVALID` */
  static decode(bytes: Uint8Array): Have {
    const body = bytes.subarray(0, -DIGEST_BYTES);
    if (!toByteString(bytes.subarray(0, FIRST_LINE.length)).startsWith(FIRST_LINE))
      throw invalid("it does not begin with 'cas-have 1'");
    if (!equalBytes(createHash('sha256').update(body).digest(), bytes.subarray(-DIGEST_BYTES)))
      throw invalid('its checksum is another');
    const snapshots = readLines(body, { word: 'snapshot', from: FIRST_LINE.length });
    const horizon = readLines(body, { word: 'horizon', from: snapshots.end });
    const known = new Set(snapshots.ids);
    if (!horizon.ids.every((id) => known.has(id)))
      throw invalid('it ends in a snapshot that it does not have');
    if (body[horizon.end] !== LF) throw invalid('a line of it cannot be read');
    return new Have(snapshots.ids, horizon.ids, decodePrefixes(body.subarray(horizon.end + 1)));
  }

  private constructor(
    snapshots: readonly ObjectId[],
    horizon: readonly ObjectId[],
    prefixes: BigUint64Array,
  ) {
    this.snapshots = snapshots;
    this.horizon = horizon;
    this.#prefixes = prefixes;
  }

  /** How many objects it tells of. */
  get count(): number {
    return this.#prefixes.length;
  }

  encode(): Uint8Array {
    return encodeLists(this.snapshots, this.horizon, this.#prefixes);
  }

  has(id: ObjectId): boolean {
    const wanted = prefixOf(id);
    let low = 0;
    let high = this.#prefixes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#prefixes[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return this.#prefixes[low] === wanted;
  }
}

const LF = 0x0a;
const LINE = /^(snapshot|horizon) (sha256:[0-9a-f]{64})\n$/;

/** The lines that begin with a word, as far as they go; each is as long as any other. */
function readLines(
  bytes: Uint8Array,
  { word, from }: { readonly word: string; readonly from: number },
): { readonly ids: ObjectId[]; readonly end: number } {
  const ids: ObjectId[] = [];
  const lineBytes = `${word} sha256:`.length + 64 + 1;
  let at = from;
  for (; bytes[at] === word.charCodeAt(0); at += lineBytes) {
    const line = toByteString(bytes.subarray(at, at + lineBytes));
    const [, found, text = ''] = LINE.exec(line) ?? [];
    const id = found === word ? findObjectId(text) : undefined;
    if (id === undefined || id <= (ids.at(-1) ?? '')) throw invalid('a line of it cannot be read');
    ids.push(id);
  }
  return { ids, end: at };
}

function decodePrefixes(bytes: Uint8Array): BigUint64Array {
  if (bytes.length % PREFIX_BYTES !== 0) throw invalid('it ends inside an id');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const prefixes = new BigUint64Array(bytes.length / PREFIX_BYTES);
  for (let at = 0; at < prefixes.length; at++) {
    prefixes[at] = view.getBigUint64(at * PREFIX_BYTES);
    if (at > 0 && prefixes[at]! <= prefixes[at - 1]!) throw invalid('its ids are out of order');
  }
  return prefixes;
}

function prefixOf(id: ObjectId): bigint {
  const bytes = bytesOfId(id);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigUint64(0);
}

function invalid(problem: string): CorruptError {
  return new CorruptError('HAVE_INVALID', `what a machine holds cannot be read: ${problem}`, {
    hint: "have it written again with 'cas have'",
  });
}

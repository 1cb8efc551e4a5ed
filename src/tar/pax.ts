/**
 * The data of a pax extended header: records `<length> <key>=<value>\n`, one after the other, where the length
 * counts the whole record, itself included, in decimal.
 *
 * Values are bytes: whoever wrote `path` in another charset than UTF-8 gets the same bytes back, with
 * `hdrcharset=BINARY` and without. Attributes travel as `SCHILY.xattr.user.caskit.<key>`. Keys that mean nothing
 * here are read over. Source: POSIX.1-2017 pax, "pax Extended Header".
 */
import { decodeText } from '../bytes/text.ts';
import { CasError } from '../errors/errors.ts';
import { type Attributes, checkAttributes, NO_ATTRIBUTES } from '../object/attributes.ts';
import { type TarPlace, tarFault } from './fault.ts';

/** What an attribute's key is in a pax header, before its own name. */
export const ATTRIBUTE_PREFIX = 'SCHILY.xattr.user.caskit.';
const CHARSETS: ReadonlySet<string> = new Set(['BINARY', 'ISO-IR 10646 2000 UTF-8']);
const DECIMAL = /^(0|[1-9][0-9]{0,15})$/;
const SECONDS = /^-?[0-9]{1,16}(\.[0-9]*)?$/;
/** A record is at least `5 k=\n`; more digits than these count more than any header may have. */
const MAX_LENGTH_DIGITS = 10;
const SPACE = 0x20;
const NEWLINE = 0x0a;
const EQUALS = 0x3d;

/** What a pax header says that matters here; what it does not say is `undefined`. */
export interface PaxHeader {
  readonly path: Uint8Array | undefined;
  readonly linkPath: Uint8Array | undefined;
  readonly sizeBytes: number | undefined;
  /** Whole seconds since 1970, rounded down. */
  readonly modifiedSeconds: number | undefined;
  readonly attributes: Attributes;
}

export const NO_PAX: PaxHeader = {
  path: undefined,
  linkPath: undefined,
  sizeBytes: undefined,
  modifiedSeconds: undefined,
  attributes: NO_ATTRIBUTES,
};

/** @throws InvalidInputError `TAR_PAX_INVALID`, `TAR_SPARSE` */
export function decodePax(bytes: Uint8Array, place: TarPlace): PaxHeader {
  const records = new Map<string, Uint8Array>();
  for (let at = 0; at < bytes.length; ) {
    const record = decodeRecord(bytes, at, place);
    if (records.has(record.key)) throw paxFault(`key '${record.key}' stands twice`, place);
    records.set(record.key, record.value);
    at = record.end;
  }
  checkSparse(records, place);
  const charset = findText(records, 'hdrcharset', place);
  if (charset !== undefined && !CHARSETS.has(charset)) throw paxFault('its hdrcharset is unknown', place);
  return {
    path: findName(records, 'path', place),
    linkPath: findName(records, 'linkpath', place),
    sizeBytes: findSize(records, place),
    modifiedSeconds: findSeconds(records, place),
    attributes: collectAttributes(records, place),
  };
}

/**
 * Reads a global header, which holds for all members after it, and so may not say what only one can be.
 *
 * @throws InvalidInputError `TAR_PAX_INVALID`, `TAR_SPARSE`
 */
export function decodeGlobalPax(bytes: Uint8Array, place: TarPlace): PaxHeader {
  const header = decodePax(bytes, place);
  const { path, linkPath, sizeBytes, attributes } = header;
  if (path !== undefined || linkPath !== undefined || sizeBytes !== undefined || attributes.size > 0)
    throw paxFault('a global header sets a path, a size or an attribute', place);
  return header;
}

interface PaxRecord {
  readonly key: string;
  readonly value: Uint8Array;
  readonly end: number;
}

function decodeRecord(bytes: Uint8Array, at: number, place: TarPlace): PaxRecord {
  const space = bytes.subarray(at, at + MAX_LENGTH_DIGITS + 1).indexOf(SPACE);
  const digits = String.fromCharCode(...bytes.subarray(at, at + Math.max(space, 0)));
  const end = at + Number(digits);
  if (!DECIMAL.test(digits) || end > bytes.length || bytes[end - 1] !== NEWLINE)
    throw paxFault(`the record at ${at} has a wrong length`, place);
  const body = bytes.subarray(at + space + 1, Math.max(end - 1, at + space + 1));
  const equals = body.indexOf(EQUALS);
  const key = equals > 0 ? decodeText(body.subarray(0, equals)) : undefined;
  if (key === undefined) throw paxFault(`the record at ${at} has no key`, place);
  return { key, value: body.subarray(equals + 1), end };
}

type Records = ReadonlyMap<string, Uint8Array>;

function checkSparse(records: Records, place: TarPlace): void {
  for (const key of records.keys()) {
    if (key.startsWith('GNU.sparse.') || key === 'SUN.holesdata') throw sparseFault(place);
  }
}

/** The fault of a file with holes, in whichever way a format spells them. */
export function sparseFault(place: TarPlace): Error {
  const hint = 'make the archive without holes: `tar` without -S, `bsdtar` with --no-read-sparse';
  return tarFault('TAR_SPARSE', 'it is stored with holes', { ...place, hint });
}

function findText(records: Records, key: string, place: TarPlace): string | undefined {
  const value = records.get(key);
  if (value === undefined) return undefined;
  const text = decodeText(value);
  if (text === undefined) throw paxFault(`its ${key} is not text`, place);
  return text;
}

function findName(records: Records, key: string, place: TarPlace): Uint8Array | undefined {
  const value = records.get(key);
  if (value !== undefined && (value.length === 0 || value.includes(0)))
    throw paxFault(`its ${key} is empty or has a NUL`, place);
  return value?.slice();
}

function findSize(records: Records, place: TarPlace): number | undefined {
  const text = findText(records, 'size', place);
  if (text === undefined) return undefined;
  const size = Number(text);
  if (!DECIMAL.test(text) || !Number.isSafeInteger(size)) throw paxFault('its size is no number', place);
  return size;
}

function findSeconds(records: Records, place: TarPlace): number | undefined {
  const text = findText(records, 'mtime', place);
  if (text === undefined) return undefined;
  const seconds = Math.floor(Number(text)) + 0; // of `-0`, too, it is 0
  if (!SECONDS.test(text) || !Number.isSafeInteger(seconds)) throw paxFault('its mtime is no time', place);
  return seconds;
}

function collectAttributes(records: Records, place: TarPlace): Attributes {
  const attributes = new Map<string, string>();
  for (const key of records.keys()) {
    if (key.startsWith(ATTRIBUTE_PREFIX))
      attributes.set(key.slice(ATTRIBUTE_PREFIX.length), findText(records, key, place)!);
  }
  if (attributes.size === 0) return NO_ATTRIBUTES;
  try {
    checkAttributes(attributes);
  } catch (cause) {
    if (!(cause instanceof CasError)) throw cause;
    throw tarFault('TAR_PAX_INVALID', cause.message, { ...place, cause });
  }
  return attributes;
}

function paxFault(fault: string, place: TarPlace): Error {
  return tarFault('TAR_PAX_INVALID', `in its pax header, ${fault}`, place);
}

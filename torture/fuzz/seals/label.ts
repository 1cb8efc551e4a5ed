/** Makes right the checksums of a table of labels and of records of their log, and the lengths of these. */
import { toByteString } from '../../../src/bytes/byte-string.ts';
import { concatBytes } from '../../../src/bytes/concat.ts';
import { crc32 } from '../../../src/bytes/crc32.ts';
import { encodeText } from '../../../src/bytes/text.ts';
import { hashHex } from '../../../src/hash/hasher.ts';

const TABLE_START = 'labels 1 ';
const TABLE_END = 'sha256 ';
const TRAILER_BYTES = 72;
/** The first line of a record, as far as it is not made here. */
const RECORD = /^(txn [^ \n]* [^ \n]* )[^\n]*\n/;
const NOTHING = new Uint8Array(0);

/** A table that comes before a log, which may be empty; each may be missing. */
export function cutAtLog(bytes: Uint8Array): { readonly table: Uint8Array; readonly log: Uint8Array } {
  const text = toByteString(bytes);
  if (!text.startsWith(TABLE_START)) return { table: NOTHING, log: bytes };
  const trailer = text.indexOf(`\n${TABLE_END}`) + 1;
  const end = trailer === 0 ? bytes.length : Math.min(trailer + TRAILER_BYTES, bytes.length);
  return { table: bytes.subarray(0, end), log: bytes.subarray(end) };
}

/** Of a table, a log, or one after the other. */
export function sealLabels(bytes: Uint8Array): Uint8Array {
  const { table, log } = cutAtLog(bytes);
  return concatBytes([sealTable(table), sealLog(log)]);
}

function sealTable(table: Uint8Array): Uint8Array {
  if (table.length === 0) return NOTHING;
  const trailer = toByteString(table).indexOf(`\n${TABLE_END}`) + 1;
  const lines = trailer === 0 ? table : table.subarray(0, trailer);
  return concatBytes([lines, encodeText(`${TABLE_END}${hashHex(lines)}\n`)]);
}

function sealLog(log: Uint8Array): Uint8Array {
  const records = toByteString(log).split(/(?=(?<=^|\n)txn )/);
  return concatBytes([NOTHING, ...records.map((record) => latin(sealRecord(record)))]);
}

function sealRecord(record: string): string {
  const [line = '', start = ''] = RECORD.exec(record) ?? [];
  const body = record.slice(line.length);
  if (line === '') return record;
  const head = `${start}${body.length} `;
  const checksum = crc32(latin(body), crc32(latin(head)));
  return `${head}${checksum.toString(16).padStart(8, '0')}\n${body}`;
}

/** A byte a character. */
function latin(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

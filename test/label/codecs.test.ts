import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CorruptError } from '../../src/errors/errors.ts';
import { hashBytes } from '../../src/hash/hasher.ts';
import { hexOf } from '../../src/hash/object-id.ts';
import {
  decodeRecord,
  encodeRecord,
  findHeader,
  MAX_HEADER_BYTES,
  MAX_RECORD_BYTES,
} from '../../src/label/record.ts';
import { decodeTable, encodeTable, MAX_TABLE_HEADER_BYTES } from '../../src/label/table.ts';
import { records, tables } from '../arbitraries/labels.ts';

const ID = `sha256:${'ab'.repeat(32)}`;
const TIME = '2026-01-31T12:00:00Z';

/** A record with the right length and checksum, whatever is in it. */
function seal(body: string, n: number | string = 1, time: string = TIME): Uint8Array {
  const head = `txn ${n} ${time} ${Buffer.byteLength(body)} `;
  const crc = crc32(body, crc32(head)).toString(16).padStart(8, '0');
  return Buffer.from(`${head}${crc}\n${body}`);
}

/** A table with the right checksum, whatever is in it. */
function sealTable(text: string): Uint8Array {
  return Buffer.from(`${text}sha256 ${hexOf(hashBytes(Buffer.from(text)))}\n`);
}

/** Some bytes changed, some taken out, some put in. */
const damages = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.constantFrom('set', 'cut', 'add')), {
  minLength: 1,
  maxLength: 3,
});

function damage(bytes: Uint8Array, steps: readonly (readonly [number, number, string])[]): Uint8Array {
  const list = [...bytes];
  for (const [place, byte, kind] of steps) {
    const at = place % (list.length + 1);
    if (kind === 'set') list[at] = byte;
    else if (kind === 'cut') list.splice(at, 1);
    else list.splice(at, 0, byte);
  }
  return Uint8Array.from(list);
}

/** Whether `decode` takes `bytes`; what it takes, `encode` writes the same again. */
function holds<Value>(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => Value,
  encode: (value: Value) => Uint8Array,
): void {
  let value: Value;
  try {
    value = decode(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(CorruptError);
    return;
  }
  expect(Buffer.compare(encode(value), bytes)).toBe(0);
}

describe('a record', () => {
  test('is laid out as documented', () => {
    const name = 'release/v2' as never;
    const keep = { kind: 'days', days: 90 } as const;
    const changes = [{ name, old: undefined, new: ID as never, isProtected: true, keep }];
    const bytes = encodeRecord({ n: 7, timeSeconds: 1769860800, changes, who: 'Ann', why: '100%25\n' });
    const body = `release/v2 - ${ID} protected 90d\nAnn\t100%2525%0A\n`;
    expect(Buffer.from(bytes).toString()).toBe(Buffer.from(seal(body, 7)).toString());
  });

  test('decodes to what was encoded', () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(decodeRecord(encodeRecord(record))).toEqual(record);
      }),
    );
  });

  test('encodes to the bytes that decoded, or is refused, after any damage', () => {
    fc.assert(
      fc.property(records, damages, (record, steps) =>
        holds(damage(encodeRecord(record), steps), decodeRecord, encodeRecord),
      ),
    );
  });

  test('encodes to the bytes that decoded, or is refused, whatever a right checksum covers', () => {
    fc.assert(
      fc.property(records, damages, (record, steps) => {
        const text = Buffer.from(encodeRecord(record)).toString();
        const body = damage(Buffer.from(text.slice(text.indexOf('\n') + 1)), steps);
        holds(seal(Buffer.from(body).toString()), decodeRecord, encodeRecord);
      }),
    );
  });

  test('any bytes at all are refused', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => holds(bytes, decodeRecord, encodeRecord)));
  });

  test('no first line is longer than MAX_HEADER_BYTES', () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(findHeader(encodeRecord(record))?.line.length).toBeLessThan(MAX_HEADER_BYTES);
      }),
    );
  });

  test('says `txn`, a blank and a digit only where it starts', () => {
    fc.assert(
      fc.property(records, (record) => {
        const text = Buffer.from(
          encodeRecord({ ...record, who: `txn 1 ${record.who}txn 22`, why: 'xtxn 3' }),
        );
        expect(text.toString().match(/txn \d/g)?.length).toBe(1);
      }),
    );
  });

  const line = `a - ${ID} open all\n`;
  test.each<[string, Uint8Array]>([
    ['no edit', seal('who\twhy\n')],
    ['no body to speak of', seal('\n')],
    ['a last line without a tab', seal(`${line}who why\n`)],
    ['a last line with two tabs', seal(`${line}who\twhy\t\n`)],
    ['an escape that need not be', seal(`${line}%41\twhy\n`)],
    ['a blank after txn', seal(`${line}txn x\twhy\n`)],
    ['an escape in lower case', seal(`${line}%0a\twhy\n`)],
    ['an escape of no character', seal(`${line}%FF\twhy\n`)],
    ['a bare control character', seal(`${line}\x07\twhy\n`)],
    ['no end of its last line', seal(`${line}who\twhy`)],
    ['CRLF', seal(`a - ${ID} open all\r\nwho\twhy\r\n`)],
    ['an id in upper case', seal(`a - sha256:${'AB'.repeat(32)} open all\nwho\twhy\n`)],
    ['an id of 63 digits', seal(`a - ${ID.slice(0, -1)} open all\nwho\twhy\n`)],
    ['a bare id', seal(`a - ${ID.slice(7)} open all\nwho\twhy\n`)],
    ['an edit from nothing to nothing', seal('a - - open all\nwho\twhy\n')],
    ['a name that is none', seal(`a..b - ${ID} open all\nwho\twhy\n`)],
    ['another word for protected', seal(`a - ${ID} closed all\nwho\twhy\n`)],
    ['a keep that is none', seal(`a - ${ID} open 01\nwho\twhy\n`)],
    ['six fields', seal(`a - ${ID} open all x\nwho\twhy\n`)],
    ['two blanks', seal(`a  - ${ID} open all\nwho\twhy\n`)],
    ['two edits of one name', seal(`${line}${line}who\twhy\n`)],
    ['a NUL', seal(`a - ${ID} open all\n\0\twhy\n`)],
    ['a byte order mark', Buffer.concat([Buffer.from('\ufeff'), seal(`${line}who\twhy\n`)])],
    ['a 31st of February', seal(`${line}who\twhy\n`, 1, '2026-02-31T00:00:00Z')],
    ['number 0', seal(`${line}who\twhy\n`, 0)],
    ['a leading zero', seal(`${line}who\twhy\n`, '01')],
    ['a number over 2^53', seal(`${line}who\twhy\n`, '9007199254740993')],
    ['something after it', Buffer.concat([seal(`${line}who\twhy\n`), Buffer.from('\n')])],
  ])('with %s is refused', (_, bytes) => {
    expect(() => decodeRecord(bytes)).toThrow(expect.objectContaining({ code: 'LABEL_LOG_CORRUPT' }));
  });

  test('that claims to be longer than MAX_RECORD_BYTES has no first line', () => {
    expect(findHeader(Buffer.from(`txn 1 ${TIME} ${MAX_RECORD_BYTES} 00000000\n`))).toBeUndefined();
  });
});

describe('a table', () => {
  test('is laid out as documented', () => {
    const keep = { kind: 'count', count: 3 } as const;
    const label = { name: 'a' as never, id: ID as never, isProtected: false, keep };
    const bytes = encodeTable({ n: 5, logOffset: 1234, labels: [label] });
    const text = `labels 1 5 1234\na ${ID} open 3\n`;
    expect(Buffer.from(bytes).toString()).toBe(Buffer.from(sealTable(text)).toString());
  });

  test('may be of no transaction, and holds nothing then', () => {
    expect(decodeTable(sealTable('labels 1 0 0\n'))).toEqual({ n: 0, logOffset: 0, labels: [] });
  });

  test('decodes to what was encoded', () => {
    fc.assert(
      fc.property(tables, (table) => {
        expect(decodeTable(encodeTable(table))).toEqual(table);
      }),
    );
  });

  test('is sorted by the bytes of the names, not by code units', () => {
    const names = ['\ufb01', '\u{1f389}', 'z'];
    const labels = names.map((name) => ({ name, id: ID, isProtected: false, keep: { kind: 'all' } }));
    const table = decodeTable(encodeTable({ n: 1, logOffset: 0, labels: labels as never }));
    expect(table.labels.map(({ name }) => name)).toEqual(['z', '\ufb01', '\u{1f389}']);
  });

  test('encodes to the bytes that decoded, or is refused, after any damage', () => {
    fc.assert(
      fc.property(tables, damages, (table, steps) =>
        holds(damage(encodeTable(table), steps), decodeTable, encodeTable),
      ),
    );
  });

  test('encodes to the bytes that decoded, or is refused, whatever a right checksum covers', () => {
    fc.assert(
      fc.property(tables, damages, (table, steps) => {
        const text = damage(encodeTable(table).subarray(0, -72), steps);
        holds(sealTable(Buffer.from(text).toString()), decodeTable, encodeTable);
      }),
    );
  });

  test('any bytes at all are refused', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => holds(bytes, decodeTable, encodeTable)));
  });

  test('no first line is longer than MAX_TABLE_HEADER_BYTES', () => {
    const bytes = encodeTable({ n: 999_999_999_999_999, logOffset: 999_999_999_999_999, labels: [] });
    expect(bytes.indexOf(0x0a)).toBeLessThan(MAX_TABLE_HEADER_BYTES);
  });

  const a = `a ${ID} open all\n`;
  const b = `b ${ID} open all\n`;
  test.each<[string, Uint8Array]>([
    ['nothing in it', new Uint8Array(0)],
    ['only a trailer', sealTable('')],
    ['another version', sealTable(`labels 2 5 0\n${a}`)],
    ['names not in order', sealTable(`labels 1 5 0\n${b}${a}`)],
    ['a name twice', sealTable(`labels 1 5 0\n${a}${a}`)],
    ['labels of no transaction', sealTable(`labels 1 0 0\n${a}`)],
    ['an offset of no transaction', sealTable('labels 1 0 5\n')],
    ['CRLF', sealTable(`labels 1 5 0\r\n${a}`)],
    ['a byte order mark', sealTable(`\ufefflabels 1 5 0\n${a}`)],
    ['a NUL', sealTable(`labels 1 5 0\n\0${a}`)],
    ['an id in upper case', sealTable(`labels 1 5 0\na sha256:${'AB'.repeat(32)} open all\n`)],
    ['an empty line', sealTable(`labels 1 5 0\n\n${a}`)],
    ['a negative number', sealTable(`labels 1 -5 0\n${a}`)],
    ['no end of its last line', sealTable(`labels 1 5 0\n${a.slice(0, -1)}`)],
    ['something after its trailer', Buffer.concat([sealTable(`labels 1 5 0\n${a}`), Buffer.from('\n')])],
  ])('with %s is refused', (_, bytes) => {
    expect(() => decodeTable(bytes)).toThrow(expect.objectContaining({ code: 'LABEL_TABLE_CORRUPT' }));
  });
});

/** Files of a store beside its objects and labels: configuration, locks, lists of ids, aliases, the stat cache. */
import { AliasFile } from '../../../src/alias/alias-file.ts';
import {
  ALIAS_HEADER_BYTES,
  encodeAliasBlock,
  encodeAliasHeader,
  encodeAliasRecord,
} from '../../../src/alias/alias-layout.ts';
import { eachRow } from '../../../src/alias/alias-rows.ts';
import { concatBytes } from '../../../src/bytes/concat.ts';
import { encodeText } from '../../../src/bytes/text.ts';
import { HeldFile } from '../../../src/files/held-file.ts';
import { decodeLockRecord, encodeLockRecord, findLockHolder } from '../../../src/files/lock-record.ts';
import type { ProcessTable } from '../../../src/files/process-table.ts';
import { isAliasHash } from '../../../src/hash/alias-hash.ts';
import { hashBytes } from '../../../src/hash/hasher.ts';
import { bytesOfId, ID_BYTES } from '../../../src/hash/object-id.ts';
import { checksum, findStatTable, KINDS } from '../../../src/source/stat-table.ts';
import { decodeConfig, encodeConfig, warningsOf } from '../../../src/store/config.ts';
import { decodeHorizon, encodeHorizon } from '../../../src/store/horizon.ts';
import { readLeases } from '../../../src/store/lease.ts';
import { decodePurged, encodePurged } from '../../../src/store/purged.ts';
import { filesOf } from '../memory-files.ts';
import { hold, holdSame, outcomeOf } from '../oracle.ts';
import { sealAliases, sealPurged } from '../seals/store.ts';
import { sealTrailer } from '../seals/trailer.ts';
import { seedsOf, type Target, wordsOf } from '../target.ts';

const CONFIG = encodeConfig({
  id: '01234567-89ab-cdef-0123-456789abcdef',
  settings: new Map<string, string | number>([
    ['gc.grace', '12h'],
    ['zlib.level', 6],
    ['other', 'x'],
  ]),
});

export const config: Target = {
  name: 'config',
  inputs: 24_000,
  seeds: [CONFIG],
  words: seedsOf(
    '"format": ',
    '"id": ',
    '"objectFormat": "sha256"',
    '"requires": []',
    '"settings": {',
    '"__proto__"',
    '"constructor": ',
    'null',
    'true',
    '1e400',
    '[]',
    '{}',
    '"',
    ',',
    '"zlib.level": ',
    '"aliases": "sha1,md5"',
    '\\ud800',
  ),
  run: (bytes) => {
    const read = decodeConfig(bytes);
    hold(warningsOf(read).length <= read.settings.size, 'there is one warning a setting at most');
    const written = encodeConfig(read);
    holdSame(encodeConfig(decodeConfig(written)), written, 'what was read and written is read again');
  },
};

const LOCK = encodeLockRecord({
  process: { host: 'host/4026531836', boot: '0b', pid: 77, start: '123' },
  token: '0123456789abcdef'.repeat(2),
});
const TABLE: ProcessTable = {
  self: { host: 'host/4026531836', boot: '0b', pid: 1, start: '5' },
  upMs: 0,
  startOf: (pid) => (pid === 77 ? '123' : undefined),
};
const LEASE_NAME = 'f'.repeat(32);

export const lock: Target = {
  name: 'lock',
  inputs: 12_000,
  maxBytes: 300,
  seeds: [
    LOCK,
    concatBytes([LOCK, encodeText('writes 1769817600000000000\n')]),
    concatBytes([LOCK, encodeText('reads 1\n')]),
  ],
  words: wordsOf(
    '',
    'host/4026531836 ',
    '0b ',
    '77 ',
    '123 ',
    '- ',
    '\n',
    'writes ',
    'reads ',
    '2147483648 ',
  ),
  run: async (bytes) => {
    const record = decodeLockRecord(bytes);
    if (record !== undefined) holdSame(encodeLockRecord(record), bytes, 'a lock has one spelling');
    const folder = 'leases';
    const files = filesOf({ lock: bytes, [`${folder}/${LEASE_NAME}`]: bytes });
    const holder = await findLockHolder(files, 'lock');
    hold((holder?.kind === 'process') === (record !== undefined), 'a lock is held by who it says');
    const listed = { ...files, list: async () => [{ name: encodeText(LEASE_NAME), kind: 'file' as const }] };
    const leases = await readLeases({ files: listed, folder, processes: TABLE }, { nowNs: 5n });
    hold(leases.length <= 1, 'a file is one lease at most');
  },
};

const IDS = new Set(['a', 'b', 'c'].map((text) => hashBytes(encodeText(text))));

export const idLists: Target = {
  name: 'id-lists',
  inputs: 18_000,
  maxBytes: 512,
  seeds: [encodeHorizon(IDS), encodePurged(IDS), encodePurged(new Set())],
  words: wordsOf('', 'purged ', '\n', ...[...IDS].map((id) => `${id}\n`)),
  seal: sealPurged,
  run: (bytes) => {
    const purged = outcomeOf(() => decodePurged(bytes));
    if (purged.kind === 'value')
      return holdSame(encodePurged(purged.value), bytes, 'a list has one spelling');
    holdSame(encodeHorizon(decodeHorizon(bytes)), bytes, 'a list has one spelling');
  },
};

/** Rows of MD5s, which are the shortest. */
function aliasRows(...firsts: readonly number[]): Uint8Array {
  return concatBytes(
    firsts.map((first) => concatBytes([new Uint8Array(16).fill(first), bytesOfId([...IDS][first % 3]!)])),
  );
}
const ROW_BYTES = 16 + ID_BYTES;

export const aliases: Target = {
  name: 'aliases',
  inputs: 7000,
  maxBytes: 640,
  seeds: [
    concatBytes([
      encodeAliasHeader({ hash: 'md5', count: 3 }),
      encodeAliasBlock(aliasRows(1, 5, 9)),
      encodeAliasRecord(aliasRows(3, 5), ROW_BYTES),
      encodeAliasRecord(aliasRows(2), ROW_BYTES),
    ]),
    concatBytes([encodeAliasHeader({ hash: 'sha1', count: 0 }), new Uint8Array(5)]),
  ],
  words: wordsOf(
    'md5\0\0\0\0\0 sha1\0\0\0\0 sha512\0\0 git\0\0\0\0\0',
    'alias 1\n',
    aliasRows(4),
    Uint8Array.of(0, 0, 0, 1),
  ),
  seal: sealAliases,
  run: async (bytes) => {
    const name = String.fromCharCode(...bytes.subarray(8, 16)).replace(/\0+$/, '');
    const file = await AliasFile.open(new HeldFile(bytes), isAliasHash(name) ? name : 'md5');
    holdSame(
      encodeAliasHeader(file.header),
      bytes.subarray(0, ALIAS_HEADER_BYTES),
      'a header has one spelling',
    );
    hold(file.end + file.tornBytes === bytes.length, 'what is not whole is torn');
    const rows = [file.recordRows()];
    for await (const sorted of file.walkSorted()) rows.push(sorted);
    for (const row of eachRow(concatBytes(rows), file.rowBytes))
      hold(await file.has(row), 'a row that is there is found');
  },
};

const RECORD = concatBytes([
  Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 5),
  new Uint8Array(35),
  Uint8Array.of(0, 0, 1, 0),
]);
const STAT_TABLE = concatBytes([
  encodeText('cas-stat'),
  Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 2),
  RECORD.subarray(0, 44),
  Uint8Array.of(2, 0, 1),
  RECORD.subarray(0, 44),
  Uint8Array.of(0, 0, 3),
  bytesOfId([...IDS][0]!),
  bytesOfId([...IDS][1]!),
  encodeText('da/b'),
]);

export const statTable: Target = {
  name: 'stat-table',
  inputs: 36_000,
  maxBytes: 512,
  seeds: [concatBytes([STAT_TABLE, checksum([STAT_TABLE])])],
  words: wordsOf('cas-stat d/', Uint8Array.of(0, 0, 0, 4), Uint8Array.of(0, 0, 0, 1)),
  seal: sealTrailer,
  run: (bytes) => {
    const table = findStatTable(bytes);
    if (table === undefined) return;
    const state = { sizeBytes: 5, modifiedNs: 0n, changedNs: 0n, device: 0n, inode: 0n };
    for (let row = 0; row < table.count; row++) {
      hold(
        KINDS.includes(table.kindOf(row)) && table.idOf(row).length === 71,
        'a row is of a kind, and has an id',
      );
      const end = table.endOf(row);
      hold(end > row && end <= table.count, 'a folder ends behind where it begins');
      hold(table.leavesIn({ from: row, to: end }) <= end - row, 'there are no more leaves than rows');
      hold(!table.isInState(row, state) || table.sizeOf(row) === 5, 'what is in a state has its size');
      table.bytesOf({ from: row, to: end });
    }
  },
};

/** Labels: the log of their changes, and the table that saves reading it. */
import { concatBytes } from '../../../src/bytes/concat.ts';
import { encodeText } from '../../../src/bytes/text.ts';
import { hashBytes } from '../../../src/hash/hasher.ts';
import { collectHistory } from '../../../src/label/history.ts';
import { KEEP_ALL } from '../../../src/label/keep.ts';
import { labelFilesIn } from '../../../src/label/label-files.ts';
import { LabelReader } from '../../../src/label/label-reader.ts';
import { collectLineages } from '../../../src/label/lineage.ts';
import { walkLog } from '../../../src/label/log-walk.ts';
import { parseLabelName } from '../../../src/label/name.ts';
import { decodeRecord, encodeRecord, type LabelChange, type LabelRecord } from '../../../src/label/record.ts';
import { decodeTable, encodeTable } from '../../../src/label/table.ts';
import { filesOf } from '../memory-files.ts';
import { hold, holdSame, outcomeLater, valueOf } from '../oracle.ts';
import { cutAtLog, sealLabels } from '../seals/label.ts';
import { type Target, wordsOf } from '../target.ts';

const [A, B] = [hashBytes(encodeText('a')), hashBytes(encodeText('b'))];
const TIME_SECONDS = 1_769_817_600;

function changeOf(name: string, change: Partial<LabelChange>): LabelChange {
  return {
    name: parseLabelName(name),
    old: undefined,
    new: undefined,
    isProtected: false,
    keep: KEEP_ALL,
    ...change,
  };
}

const RECORDS: readonly LabelRecord[] = [
  [changeOf('a', { new: A }), changeOf('b/c', { new: B, isProtected: true })],
  [changeOf('a', { old: A, new: B, keep: { kind: 'days', days: 90 } })],
  [changeOf('b/c', { old: B }), changeOf('d', { new: B })],
  [changeOf('d', { old: B })],
].map((changes, at) => ({
  n: at + 1,
  timeSeconds: TIME_SECONDS + at,
  changes,
  who: 'who',
  why: `why %41 ${at}`,
}));
const LOG = concatBytes(RECORDS.map(encodeRecord));
const TABLE = encodeTable({ n: 2, logOffset: encodeRecord(RECORDS[0]!).length, labels: labelsAfterTwo() });

function labelsAfterTwo(): Parameters<typeof encodeTable>[0]['labels'] {
  const keep = { kind: 'days', days: 90 } as const;
  return [
    { name: parseLabelName('a'), id: B, isProtected: false, keep },
    { name: parseLabelName('b/c'), id: B, isProtected: true, keep: KEEP_ALL },
  ];
}

const WORDS = wordsOf(
  '- sha256: 2026-01-31T12:00:00Z a A a/b %20 %25 \0',
  'txn ',
  'txn 1 ',
  'labels 1 ',
  '\n',
  '\t',
  ' ',
  ' - ',
  A,
  B,
  ' open all\n',
  ' protected 90d\n',
);

/** A table, where the input begins with one, and the log. */
export const labelLog: Target = {
  name: 'label-log',
  inputs: 3000,
  maxBytes: 2048,
  seeds: [
    LOG,
    concatBytes([TABLE, LOG]),
    concatBytes([LOG, encodeText('txn 5 2026-')]),
    encodeRecord(RECORDS[0]!),
  ],
  words: WORDS,
  seal: sealLabels,
  run: async (bytes) => {
    const { table, log } = cutAtLog(bytes);
    const files = filesOf({ 'refs/log': log, ...(table.length > 0 && { 'refs/labels': table }) });
    const reader = new LabelReader(files, labelFilesIn('refs'));
    const records: LabelRecord[] = [];
    const walked = await outcomeLater(async () => {
      for await (const { record, start, end } of walkLog(reader)) {
        holdSame(encodeRecord(record), log.subarray(start, end), 'a record has one spelling');
        records.push(record);
      }
    });
    for (const { changes } of records)
      for (const { name } of changes) await collectHistory(() => each(records), name);
    hold((await collectLineages(each(records))).length >= 0, 'lineages come to an end');
    valueOf(walked);
  },
};

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

export const labelRecord: Target = {
  name: 'label-record',
  inputs: 12_000,
  seeds: RECORDS.map(encodeRecord),
  words: WORDS,
  seal: sealLabels,
  run: (bytes) => holdSame(encodeRecord(decodeRecord(bytes)), bytes, 'a record has one spelling'),
};

export const labelTable: Target = {
  name: 'label-table',
  inputs: 20_000,
  seeds: [TABLE, encodeTable({ n: 0, logOffset: 0, labels: [] })],
  words: WORDS,
  seal: sealLabels,
  run: (bytes) => holdSame(encodeTable(decodeTable(bytes)), bytes, 'a table has one spelling'),
};

/** What docs/format.md says, held against the code that it describes. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../src/bytes/concat.ts';
import { decodeText, encodeText, formatName, parseName } from '../src/bytes/text.ts';
import { decodeVarint, encodeVarint } from '../src/bytes/varint.ts';
import { hashBytes } from '../src/hash/hasher.ts';
import { formatKeep, MAX_KEEP } from '../src/label/keep.ts';
import { MAX_LOG_BYTES, MAX_TABLE_BYTES } from '../src/label/label-files.ts';
import { MAX_NAME_BYTES as MAX_LABEL_BYTES } from '../src/label/name.ts';
import { decodeRecord, encodeRecord, MAX_RECORD_BYTES } from '../src/label/record.ts';
import { decodeTable, encodeTable } from '../src/label/table.ts';
import { decodeAttributes, encodeAttributes, MAX_ATTRIBUTES_BYTES } from '../src/object/attributes.ts';
import { decodeHeader, encodeHeader, MAX_HEADER_BYTES } from '../src/object/header.ts';
import { decodeSnapshot, encodeSnapshot, MAX_SNAPSHOT_BYTES } from '../src/object/snapshot.ts';
import { formatTime, parseTime } from '../src/object/timestamp.ts';
import { decodeTree, encodeTree, formatMode, MAX_TREE_BYTES } from '../src/object/tree.ts';
import { MAX_DEPTH, MAX_NAME_BYTES, MAX_PATH_BYTES } from '../src/object/tree-entry.ts';
import { MAX_CHUNK_LIST_BYTES } from '../src/pack/chunk-list.ts';
import { MAX_DELTA_DEPTH, MAX_DELTA_OBJECT_BYTES } from '../src/pack/delta.ts';
import { MAX_ENTRY_HEADER_BYTES } from '../src/pack/entry-header.ts';
import { decodeConfig, encodeConfig, MAX_CONFIG_BYTES } from '../src/store/config.ts';
import { decodeHorizon, encodeHorizon, MAX_HORIZON_BYTES } from '../src/store/horizon.ts';
import { decodePurged, encodePurged, MAX_PURGED_BYTES } from '../src/store/purged.ts';
import { chooseCodec } from '../src/zlib/choose.ts';
import { decodeWhole, encodeWhole } from './alias/whole-file.ts';
import { parseExamples, parseLimits, type Reading } from './format-examples.ts';
import { packReadings } from './pack/format-readings.ts';

const page = readFileSync('docs/format.md', 'utf8');
const native = await chooseCodec('native');

const protectionOf = ({ isProtected }: { readonly isProtected: boolean }): string =>
  isProtected ? 'protected' : 'open';

const readings: Readonly<Record<string, (bytes: Uint8Array) => Reading | Promise<Reading>>> = {
  ...packReadings,

  content: (bytes) => [{ id: hashBytes(bytes) }, bytes],

  'loose-object': (bytes) => {
    const { content, consumedBytes } = native.inflate(bytes, { maxBytes: 100 });
    expect(consumedBytes).toBe(bytes.length);
    const { role, sizeBytes, headerBytes } = decodeHeader(content);
    const object = content.subarray(headerBytes);
    expect(object).toHaveLength(sizeBytes);
    const again = native.deflate(concatBytes([encodeHeader(role, sizeBytes), object]), 0);
    return [{ hint: role, sizeBytes, id: hashBytes(object) }, again];
  },

  varint: (bytes) => {
    const { value, end } = decodeVarint(bytes, 0)!;
    expect(end).toBe(bytes.length);
    return [value, encodeVarint(value)];
  },

  name: (bytes) => [formatName(bytes), parseName(formatName(bytes))],

  attributes: (bytes) => {
    const attributes = decodeAttributes(bytes);
    return [Object.fromEntries(attributes), encodeAttributes(attributes)];
  },

  time: (bytes) => {
    const seconds = parseTime(decodeText(bytes)!)!;
    return [seconds, encodeText(formatTime(seconds))];
  },

  tree: (bytes) => {
    const decoded = decodeTree(bytes);
    const entries = decoded.map(({ kind, sizeBytes, name, id, attributes }) => ({
      mode: formatMode(kind),
      size: sizeBytes,
      name: formatName(name),
      id,
      attributes: Object.fromEntries(attributes),
    }));
    return [{ id: hashBytes(bytes), entries }, encodeTree(decoded)];
  },

  snapshot: (bytes) => {
    const snapshot = decodeSnapshot(bytes);
    const { timeSeconds, headers, ...rest } = snapshot;
    const meaning = {
      ...rest,
      id: hashBytes(bytes),
      time: formatTime(timeSeconds),
      headers: Object.fromEntries(headers),
    };
    return [meaning, encodeSnapshot(snapshot)];
  },

  'label-record': (bytes) => {
    const record = decodeRecord(bytes);
    const changes = record.changes.map((change) => ({
      name: change.name,
      old: change.old ?? null,
      new: change.new ?? null,
      protection: protectionOf(change),
      keep: formatKeep(change.keep),
    }));
    const { n, timeSeconds, who, why } = record;
    return [{ n, time: formatTime(timeSeconds), changes, who, why }, encodeRecord(record)];
  },

  'label-table': (bytes) => {
    const table = decodeTable(bytes);
    const labels = table.labels.map((label) => ({
      name: label.name,
      id: label.id,
      protection: protectionOf(label),
      keep: formatKeep(label.keep),
    }));
    return [{ n: table.n, logOffset: table.logOffset, labels }, encodeTable(table)];
  },

  horizon: (bytes) => {
    const ids = decodeHorizon(bytes);
    return [[...ids], encodeHorizon(ids)];
  },

  aliases: (bytes) => {
    const file = decodeWhole(bytes);
    return [file, encodeWhole(file)];
  },

  purged: (bytes) => {
    const ids = decodePurged(bytes);
    return [[...ids], encodePurged(ids)];
  },

  config: (bytes) => {
    const config = decodeConfig(bytes);
    return [{ id: config.id, settings: Object.fromEntries(config.settings) }, encodeConfig(config)];
  },
};

describe('docs/format.md', () => {
  const examples = parseExamples(page);

  test('has one example of each format, and of no other', () => {
    expect(examples.map(({ name }) => name).sort()).toEqual(Object.keys(readings).sort());
  });

  test.each(examples)(
    'says what the bytes of $name mean, and the meaning is those bytes',
    async ({ name, bytes, meaning }) => {
      const [found, again] = await readings[name]!(bytes);
      expect(found).toEqual(meaning);
      expect(Buffer.from(again).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
    },
  );

  test('has the limits that the code has', () => {
    expect(parseLimits(page)).toEqual({
      'name of an entry': MAX_NAME_BYTES,
      'path, and target of a symlink': MAX_PATH_BYTES,
      'names in a path': MAX_DEPTH,
      'attributes of one entry': MAX_ATTRIBUTES_BYTES,
      tree: MAX_TREE_BYTES,
      snapshot: MAX_SNAPSHOT_BYTES,
      'header of a loose object': MAX_HEADER_BYTES,
      'header of an entry in a pack': MAX_ENTRY_HEADER_BYTES,
      'result of a delta, and its base': MAX_DELTA_OBJECT_BYTES,
      'deltas between an entry and a whole object': MAX_DELTA_DEPTH,
      'chunk list': MAX_CHUNK_LIST_BYTES,
      'name of a label': MAX_LABEL_BYTES,
      'record of the label log': MAX_RECORD_BYTES,
      'label log': MAX_LOG_BYTES,
      'label table': MAX_TABLE_BYTES,
      horizon: MAX_HORIZON_BYTES,
      'list of what was purged': MAX_PURGED_BYTES,
      'number of values or days to keep': MAX_KEEP,
      'config.json': MAX_CONFIG_BYTES,
      'any size or count': Number.MAX_SAFE_INTEGER,
    });
  });

  test('has comments that say what their bytes are, wherever they show text', () => {
    const rows = Array.from(page.matchAll(/^((?:[0-9a-f]{2} ?)+) +; (.*[⏎⇥])$/gm), ([, hex, shown]) => [
      Buffer.from(hex!.replaceAll(' ', ''), 'hex').toString().replace('\n', '⏎').replace('\t', '⇥'),
      shown,
    ]);
    expect(rows.length).toBeGreaterThan(10);
    for (const [bytes, shown] of rows) expect(bytes).toBe(shown);
  });
});

describe('a store of another version', () => {
  const example = parseExamples(page).find(({ name }) => name === 'config')!;
  const known = JSON.parse(decodeText(example.bytes)!) as object;
  const changed = (part: object): Uint8Array => encodeText(JSON.stringify({ ...known, ...part }));

  test.each([
    ['a greater format', { format: 2 }, 'FORMAT_TOO_NEW'],
    ['a greater format, whatever else it has', { format: 3, id: 7, more: [] }, 'FORMAT_TOO_NEW'],
    ['something unknown that it requires', { requires: ['packs'] }, 'REQUIREMENT_UNKNOWN'],
    [
      'something unknown that it requires, and members for it',
      { requires: ['x'], x: 1 },
      'REQUIREMENT_UNKNOWN',
    ],
  ])('is refused with the hint to upgrade when it has %s', (_, part, code) => {
    expect(() => decodeConfig(changed(part))).toThrow(
      expect.objectContaining({ name: 'RefusedError', code, hint: 'upgrade caskit' }),
    );
  });

  test('is used when it has an unknown setting, which is kept', () => {
    const config = decodeConfig(changed({ settings: { 'later.thing': 'x' } }));
    expect(decodeConfig(encodeConfig(config)).settings.get('later.thing')).toBe('x');
  });

  test.each(['tree 2\n', 'snapshot 2\n'])(
    'has objects that begin with %j, which are nothing known',
    (text) => {
      expect(() => decodeTree(encodeText(text))).toThrow(expect.objectContaining({ code: 'TREE_INVALID' }));
      expect(() => decodeSnapshot(encodeText(text))).toThrow(
        expect.objectContaining({ code: 'SNAPSHOT_INVALID' }),
      );
    },
  );
});

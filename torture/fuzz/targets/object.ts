/** What objects say: trees, attributes, snapshots, and loose files. */
import { deflateSync } from 'node:zlib';
import { concatBytes } from '../../../src/bytes/concat.ts';
import { encodeText } from '../../../src/bytes/text.ts';
import { collectBytes } from '../../../src/flow/byte-stream.ts';
import { hashBytes } from '../../../src/hash/hasher.ts';
import { hexOf, ID_BYTES, objectIdFromBytes } from '../../../src/hash/object-id.ts';
import { TreeRows } from '../../../src/kernel/tree-rows.ts';
import { openLoose, readLoose, statLoose } from '../../../src/loose/loose-reader.ts';
import { type Attributes, decodeAttributes, encodeAttributes } from '../../../src/object/attributes.ts';
import { decodeHeader, encodeHeader } from '../../../src/object/header.ts';
import { decodeSnapshot, encodeSnapshot } from '../../../src/object/snapshot.ts';
import { decodeTree, decodeTreeStream, encodeTree } from '../../../src/object/tree.ts';
import type { EntryKind, TreeEntry } from '../../../src/object/tree-entry.ts';
import { nativeCodec } from '../../../src/zlib/native.ts';
import { pakoCodec } from '../../../src/zlib/pako.ts';
import { filesOf } from '../memory-files.ts';
import {
  answerOf,
  hold,
  holdAlike,
  holdSame,
  inPieces,
  outcomeLater,
  outcomeOf,
  valueOf,
} from '../oracle.ts';
import { sealZlib } from '../seals/gzip.ts';
import { type Target, wordsOf } from '../target.ts';

const ID = hashBytes(encodeText('x'));
const ATTRIBUTES: Attributes = new Map([
  ['mediaType', 'text/plain'],
  ['order', '7'],
]);

function entryOf(name: string, kind: EntryKind, attributes: Attributes = new Map()): TreeEntry {
  return { name: encodeText(name), kind, sizeBytes: name.length, id: ID, attributes };
}

const rows = new TreeRows();

export const tree: Target = {
  name: 'tree',
  inputs: 14_000,
  seeds: [
    encodeTree([]),
    encodeTree([
      entryOf('a', 'file'),
      entryOf('b', 'executable', ATTRIBUTES),
      entryOf('c', 'folder'),
      entryOf('d', 'symlink'),
    ]),
    encodeTree([entryOf('\u00e9', 'file', new Map([['k', '']]))]),
  ],
  words: wordsOf(
    '\0 .cas\0 ..\0 a/b\0 k=v\0',
    'tree 1\n',
    '100644 ',
    '100755 ',
    '120000 ',
    '40000 ',
    Uint8Array.of(0x80, 1),
  ),
  run: async (bytes) => {
    const whole = outcomeOf(() => decodeTree(bytes));
    const stream = await outcomeLater(() => collect(decodeTreeStream(inPieces(bytes))));
    hold(stream.kind === whole.kind, 'a tree is one in pieces, too');
    const read = readRows(bytes);
    if (whole.kind === 'value') {
      holdAlike(valueOf(stream), whole.value, 'a tree in pieces is the same tree');
      holdAlike(read, { isTree: true, entries: whole.value.map(rowOf) }, 'the kernel reads the same tree');
      holdSame(encodeTree(whole.value), bytes, 'a tree has one spelling');
    } else
      hold(!read.isTree || whole.error.code === 'ATTRIBUTES_INVALID', 'the kernel reads nothing but trees');
    valueOf(whole);
  },
};

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** What the kernel reads of each entry; whether all of it is a tree is known at the end. */
function readRows(bytes: Uint8Array): { readonly isTree: boolean; readonly entries: readonly object[] } {
  rows.open(bytes);
  const entries: object[] = [];
  let count = rows.next();
  for (; count > 0; count = rows.next()) {
    for (let row = 0; row < count; row++) {
      entries.push({
        sizeBytes: rows.sizeAt(row),
        nameBytes: rows.nameBytesAt(row),
        kind: rows.isFolderAt(row)
          ? 'folder'
          : rows.isSymlinkAt(row)
            ? 'symlink'
            : rows.isExecutableAt(row)
              ? 'executable'
              : 'file',
        id: objectIdFromBytes(bytes.subarray(rows.idAt(row), rows.idAt(row) + ID_BYTES)),
        attributesBytes: rows.attributesBytesAt(row),
      });
    }
  }
  return { isTree: count === 0, entries };
}

/** The same of an entry that was decoded. */
function rowOf({ sizeBytes, name, kind, id, attributes }: TreeEntry): object {
  return {
    sizeBytes,
    nameBytes: name.length,
    kind,
    id,
    attributesBytes: encodeAttributes(attributes).length,
  };
}

export const attributes: Target = {
  name: 'attributes',
  inputs: 50_000,
  maxBytes: 256,
  seeds: [encodeAttributes(ATTRIBUTES), encodeAttributes(new Map([['a', '\u{1f701}=']]))],
  words: wordsOf('= \0 k=v\0 mediaType= constructor= __proto__=', `${'k'.repeat(64)}=`),
  run: (bytes) => holdSame(encodeAttributes(decodeAttributes(bytes)), bytes, 'attributes have one spelling'),
};

const SNAPSHOT = encodeSnapshot({
  tree: ID,
  parents: [ID],
  timeSeconds: 1_769_817_600,
  author: { name: 'A. Writer', mail: 'writer@example.org' },
  headers: new Map([['reason', 'why not']]),
  message: 'a message\n',
});

export const snapshot: Target = {
  name: 'snapshot',
  inputs: 40_000,
  seeds: [
    SNAPSHOT,
    encodeSnapshot({ tree: ID, parents: [], timeSeconds: 0, headers: new Map(), message: '' }),
  ],
  words: wordsOf(
    '\0 -02-30',
    'snapshot 1\n',
    'tree ',
    'parent ',
    'time ',
    'author ',
    `${ID}\n`,
    ' <',
    '>\n',
    '\n\n',
    '2026-01-31T12:00:00Z\n',
    '\r',
    'a b\n',
  ),
  run: (bytes) => holdSame(encodeSnapshot(decodeSnapshot(bytes)), bytes, 'a snapshot has one spelling'),
};

export const looseHeader: Target = {
  name: 'loose-header',
  inputs: 40_000,
  maxBytes: 40,
  seeds: [encodeHeader('content', 0), encodeHeader('tree', 2 ** 53 - 1), encodeHeader('snapshot', 1_000_000)],
  words: wordsOf('\0', 'blob ', 'tree ', 'commit ', 'tag ', ' '),
  run: (bytes) => {
    const { role, sizeBytes, headerBytes } = decodeHeader(bytes);
    holdSame(encodeHeader(role, sizeBytes), bytes.subarray(0, headerBytes), 'a header has one spelling');
  },
};

const looseOf = (content: string, level: number): Uint8Array =>
  deflateSync(concatBytes([encodeHeader('content', content.length), encodeText(content)]), { level });

/** The name of the file is right, whatever is in it: what is not there can be no other's fault. */
export const looseFile: Target = {
  name: 'loose',
  inputs: 500,
  seeds: [
    looseOf('', 1),
    looseOf('hello '.repeat(30), 0),
    looseOf('hello '.repeat(30), 9),
    looseOf('x'.repeat(6000), 0),
  ],
  maxBytes: 6200,
  words: wordsOf('\0', 'blob ', 'tree ', 'commit ', 'blob 6\0hello ', Uint8Array.of(0x78, 1, 1)),
  seal: sealZlib,
  run: async (bytes) => {
    const id = idOf(bytes);
    const path = hexOf(id);
    const files = filesOf({ [path]: bytes });
    const outcomes = await Promise.all(
      [nativeCodec, pakoCodec].map((codec) =>
        outcomeLater(() => readLoose({ files, codec }, path, { id, maxBytes: 2 ** 20 })),
      ),
    );
    const [native, pako] = outcomes.map(answerOf);
    holdAlike(native, pako, 'both codecs read it alike');
    const source = { files, codec: nativeCodec };
    const opened = await outcomeLater(async () => collectBytes((await openLoose(source, path, id))!.content));
    holdAlike(answerOf(opened), native, 'it is opened as it is read');
    const content = valueOf(outcomes[0]!)!;
    const info = await statLoose(source, path, id);
    hold(info?.sizeBytes === content.length && hashBytes(content) === id, 'it is what its id says');
  },
};

/** Of what is behind the first NUL in it. */
function idOf(bytes: Uint8Array): ReturnType<typeof hashBytes> {
  const inflated = outcomeOf(() => nativeCodec.inflate(bytes, { maxBytes: 2 ** 20 }));
  const content = inflated.kind === 'value' ? inflated.value.content : bytes;
  return hashBytes(content.subarray(content.indexOf(0) + 1));
}

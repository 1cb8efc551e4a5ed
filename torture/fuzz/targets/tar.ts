/** Archives: headers, pax records, whole tars, gzip. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { concatBytes } from '../../../src/bytes/concat.ts';
import { encodeText, formatName } from '../../../src/bytes/text.ts';
import type { CasError } from '../../../src/errors/errors.ts';
import { type ByteStream, collectBytes, streamOf } from '../../../src/flow/byte-stream.ts';
import { openArchive, readArchive } from '../../../src/tar/archive.ts';
import { BLOCK_BYTES, decodeHeader, isHeader } from '../../../src/tar/header.ts';
import { ATTRIBUTE_PREFIX, decodeGlobalPax, decodePax, type PaxHeader } from '../../../src/tar/pax.ts';
import { FAULTS } from '../../../test/tar/faults.ts';
import * as build from '../../../test/tar/tar-builder.ts';
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
import { sealGzip } from '../seals/gzip.ts';
import { sealPax, sealTar } from '../seals/tar.ts';
import { type Target, wordsOf } from '../target.ts';

const { base256, file, folder, GNU, gnuLong, hardLink, header, pax, paxRecord, symlink, tar, V7 } = build;

const MAX_TAR_BYTES = 6144;
/** Deflate makes no more out of a byte. */
const MAX_EXPANSION = 1032;

const PAX_RECORDS: readonly (readonly [string, string])[] = [
  ['path', 'd/\u00e9'],
  ['linkpath', 't'],
  ['size', '12'],
  ['mtime', '1.5'],
  ['hdrcharset', 'BINARY'],
  [`${ATTRIBUTE_PREFIX}mediaType`, 'text/plain'],
];
const HEADER_WORDS = wordsOf(
  'tar\0 0000644\0 00000000000\0',
  build.USTAR,
  GNU,
  '        ',
  base256(5n),
  base256(-1n),
);
const PAX_WORDS = wordsOf(
  'path= linkpath= size= mtime= hdrcharset= GNU.sparse. = -1 __proto__=',
  ...PAX_RECORDS.map(([key, value]) => paxRecord(key, value)),
  ATTRIBUTE_PREFIX,
  '\n',
  '5 k=\n',
);

const VALID: readonly Uint8Array[] = [
  tar(folder('./'), folder('d/', { mode: 0o2755 }), file('d/f', 'x'.repeat(600), { mode: 0o755 })),
  tar(pax(PAX_RECORDS.slice(0, 1)), file('d/e', 'hello'), file('z', '', { size: base256(0n) })),
  tar(gnuLong('K', 't'.repeat(120)), gnuLong('L', 'n'.repeat(120)), symlink('n', 't', { magic: GNU })),
  tar(file('t', 'x'), hardLink('h', 't'), symlink('s', '../t'), header({ name: 'v', magic: V7 })),
];

export const tarHeader: Target = {
  name: 'tar-header',
  inputs: 20_000,
  maxBytes: BLOCK_BYTES,
  seeds: [
    header({}),
    header({ magic: GNU }),
    header({ magic: V7 }),
    header({ size: base256(5n), prefix: 'p' }),
  ],
  words: HEADER_WORDS,
  seal: sealTar,
  run: (bytes) => {
    const block = new Uint8Array(BLOCK_BYTES);
    block.set(bytes);
    const found = decodeHeader(block, 0);
    if (found === undefined) return;
    hold(isHeader(block), 'what decodes is a header');
    hold(Number.isSafeInteger(found.sizeBytes) && found.sizeBytes >= 0, 'a size is one');
    hold(!found.name.includes(0) && !found.linkName.includes(0), 'a name has no NUL');
  },
};

export const paxRecords: Target = {
  name: 'pax',
  inputs: 12_000,
  seeds: [concatBytes(PAX_RECORDS.map(([key, value]) => paxRecord(key, value))), paxRecord('k', 'v')],
  words: PAX_WORDS,
  seal: sealPax,
  run: (bytes) => {
    const place = { offset: 0 };
    const alone = outcomeOf(() => decodePax(bytes, place));
    const global = outcomeOf(() => decodeGlobalPax(bytes, place));
    if (global.kind === 'value')
      holdAlike(global, alone, 'a global header says what it would say of one member');
    const said = valueOf(alone);
    holdAlike(decodePax(spell(said), place), said, 'what it says, said again, is the same');
  },
};

function spell({ path, linkPath, sizeBytes, modifiedSeconds, attributes }: PaxHeader): Uint8Array {
  const records: (readonly [string, Uint8Array | string])[] = [];
  if (path !== undefined) records.push(['path', path]);
  if (linkPath !== undefined) records.push(['linkpath', linkPath]);
  if (sizeBytes !== undefined) records.push(['size', `${sizeBytes}`]);
  if (modifiedSeconds !== undefined) records.push(['mtime', `${modifiedSeconds}`]);
  for (const [key, value] of attributes) records.push([ATTRIBUTE_PREFIX + key, value]);
  return concatBytes([new Uint8Array(0), ...records.map(([key, value]) => paxRecord(key, value))]);
}

export const tarArchive: Target = {
  name: 'tar',
  inputs: 1800,
  maxBytes: MAX_TAR_BYTES,
  seeds: [...VALID, ...FAULTS.map(({ bytes }) => bytes).filter(({ length }) => length <= MAX_TAR_BYTES)],
  words: [
    ...HEADER_WORDS,
    ...PAX_WORDS,
    ...wordsOf('', header({ type: 'x' }), header({ type: 'L' }), folder('d/')),
  ],
  seal: sealTar,
  run: async (bytes) => {
    const whole = await tell(streamOf(bytes), 'read');
    holdAlike(await tell(inPieces(bytes), 'read'), whole, 'it is read alike however it is cut');
    const skipped = await tell(streamOf(bytes), 'skip');
    hold(skipped.members === whole.members, 'it is read alike whether contents are read or skipped');
    if (whole.error !== undefined) throw whole.error;
  },
};

interface Told {
  readonly members: number;
  readonly text: string;
  readonly error: CasError | undefined;
}

/** All that there is to be told of an archive, up to its fault where it has one. */
async function tell(stream: ByteStream, contents: 'read' | 'skip'): Promise<Told> {
  let members = 0;
  let text = '';
  const outcome = await outcomeLater(async () => {
    for await (const member of readArchive(stream, { maxEntries: 100, maxHeaderBytes: 4096 })) {
      members++;
      const { kind, path, modifiedSeconds, attributes } = member;
      text += `${kind} ${formatName(path)} ${modifiedSeconds} ${[...attributes].join()}\n`;
      if (kind === 'symlink' || kind === 'hardlink') text += formatName(member.linkTarget);
      if (kind !== 'file' || contents === 'skip') continue;
      const content = await collectBytes(member.content);
      hold(content.length === member.sizeBytes, 'a content is as long as the header says');
      text += formatName(content);
    }
  });
  return { members, text, error: outcome.kind === 'refused' ? outcome.error : undefined };
}

export const gzip: Target = {
  name: 'gzip',
  inputs: 700,
  seeds: [
    gzipSync(encodeText('hello hello hello'.repeat(9))),
    gzipSync('', { level: 9 }),
    concatBytes([gzipSync('one'), gzipSync(new Uint8Array(3000), { level: 0 }), gzipSync('two')]),
    Uint8Array.from([
      0x1f, 0x8b, 8, 28, 0, 0, 0, 0, 0, 3, 2, 0, 1, 1, 0x61, 0, 0x62, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]),
  ],
  maxBytes: 4096,
  words: wordsOf(
    '',
    gzipSync('x'),
    Uint8Array.of(0x1f, 0x8b, 8, 0),
    Uint8Array.of(3, 0),
    Uint8Array.of(1, 0, 0, 0xff, 0xff),
  ),
  seal: sealGzip,
  run: async (bytes) => {
    const whole = await outcomeLater(() => collectBytes(openArchive(streamOf(bytes))));
    const cut = await outcomeLater(() => collectBytes(openArchive(inPieces(bytes))));
    holdAlike(answerOf(cut), answerOf(whole), 'it is read alike however it is cut');
    const found = valueOf(whole);
    hold(found.length <= bytes.length * MAX_EXPANSION, 'it becomes no more than it can');
    if (bytes[0] === 0x1f && bytes[1] === 0x8b)
      holdSame(found, gunzipSync(bytes), 'it is what zlib makes of it');
  },
};

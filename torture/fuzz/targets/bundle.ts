/** What travels between machines: bundles, their headers and footers, and what a machine says that it holds. */

import { OpenBundle } from '../../../src/bundle/open-bundle.ts';
import { proveWholeBundle } from '../../../src/bundle/prove-bundle.ts';
import { concatBytes } from '../../../src/bytes/concat.ts';
import { encodeText } from '../../../src/bytes/text.ts';
import { hashBytes } from '../../../src/hash/hasher.ts';
import type { LabelName } from '../../../src/label/name.ts';
import {
  BUNDLE_FOOTER_BYTES,
  decodeBundleParts,
  encodeBundleParts,
} from '../../../src/wire/bundle-footer.ts';
import { decodeBundleHeader, encodeBundleHeader } from '../../../src/wire/bundle-header.ts';
import { Have, HaveBuilder } from '../../../src/wire/have.ts';
import { findLinesEnd } from '../../../src/wire/lines.ts';
import { nativeCodec } from '../../../src/zlib/native.ts';
import { filesOf } from '../memory-files.ts';
import { hold, holdSame } from '../oracle.ts';
import { PACKS, TEXT } from '../pack-samples.ts';
import { sealTrailer } from '../seals/trailer.ts';
import { type Target, wordsOf } from '../target.ts';

const [ID, OTHER] = [hashBytes(TEXT), hashBytes(encodeText('other'))];
const LABELS = [{ name: 'release/v1' as LabelName, id: ID }];
const EMPTY = { prerequisites: [], horizon: [], labels: [], runs: [] };
const RUN = { list: ID, first: 3, count: 5, object: OTHER, offset: 70_000 };
const HEADERS = [
  encodeBundleHeader(EMPTY),
  encodeBundleHeader({ ...EMPTY, prerequisites: [ID], horizon: [OTHER], labels: LABELS }),
  encodeBundleHeader({ ...EMPTY, labels: LABELS, runs: [RUN, { ...RUN, first: 8 }] }),
];
const WORDS = wordsOf(
  '0 1 9007199254740991 9007199254740992',
  'cas-bundle 1\n',
  'cas-bundle 2\n',
  'prerequisite ',
  'horizon ',
  'label ',
  'chunks ',
  '\n',
  '\n\n',
  ID,
  `${OTHER} `,
);

export const bundleHeader: Target = {
  name: 'bundle-header',
  inputs: 18_000,
  maxBytes: 700,
  seeds: HEADERS,
  words: WORDS,
  run: (bytes) => {
    const end = findLinesEnd(bytes);
    hold(end === undefined || (end >= 2 && end <= bytes.length), 'a header ends where it is');
    holdSame(encodeBundleHeader(decodeBundleHeader(bytes)), bytes, 'a header has one spelling');
  },
};

export const bundleFooter: Target = {
  name: 'bundle-footer',
  inputs: 60_000,
  maxBytes: 64,
  seeds: [
    encodeBundleParts({ pack: 14, idx: 200, meta: 200, footer: 200 }),
    encodeBundleParts({ pack: 14, idx: 2 ** 40, meta: 2 ** 41, footer: 2 ** 42 }),
  ].map((parts) => concatBytes([parts, new Uint8Array(32)])),
  words: [Uint8Array.of(0, 0, 0, 14), Uint8Array.of(0, 0, 0, 200), new Uint8Array(8).fill(0xff)],
  run: (bytes) => {
    for (const sizeBytes of [200 + BUNDLE_FOOTER_BYTES, 2 ** 42 + BUNDLE_FOOTER_BYTES]) {
      const parts = decodeBundleParts(bytes, sizeBytes);
      hold(parts.footer + BUNDLE_FOOTER_BYTES === sizeBytes, 'a bundle ends in its footer');
      holdSame(encodeBundleParts(parts), bytes.subarray(0, 24), 'a footer has one spelling');
    }
  },
};

function haveOf(...texts: readonly string[]): Uint8Array {
  const builder = new HaveBuilder();
  for (const text of texts) {
    const id = hashBytes(encodeText(text));
    builder.addObject(id);
    if (text.length > 1) builder.addSnapshot(id, text === 'two' ? 'horizon' : 'none');
  }
  return builder.encode();
}

export const have: Target = {
  name: 'have',
  inputs: 18_000,
  maxBytes: 400,
  seeds: [haveOf(), haveOf('a', 'b', 'c'), haveOf('one', 'two', 'd')],
  words: wordsOf('', 'cas-have 1\n', 'snapshot ', 'horizon ', `${ID}\n`, '\n', new Uint8Array(8).fill(0xff)),
  seal: sealTrailer,
  run: (bytes) => {
    const read = Have.decode(bytes);
    holdSame(read.encode(), bytes, 'what is held has one spelling');
    for (const id of [ID, OTHER]) hold(typeof read.has(id) === 'boolean', 'any id can be asked for');
  },
};

function bundleOf(header: Uint8Array, { pack, idx, meta }: (typeof PACKS)[number]): Uint8Array {
  const packEnd = header.length + pack.length;
  const footer = packEnd + idx.length + meta.length;
  const parts = encodeBundleParts({ pack: header.length, idx: packEnd, meta: packEnd + idx.length, footer });
  return sealTrailer(concatBytes([header, pack, idx, meta, parts, new Uint8Array(32)]));
}

export const bundle: Target = {
  name: 'bundle',
  inputs: 200,
  maxBytes: 4096,
  seeds: PACKS.map((made) => bundleOf(HEADERS[0]!, made)),
  words: [...WORDS, ...PACKS.map((made) => made.pack.subarray(12, 30))],
  seal: sealTrailer,
  run: async (bytes) => {
    await using opened = await OpenBundle.open(filesOf({ bundle: bytes }), ['bundle']);
    await opened.prove();
    if (!opened.isWhole) return;
    const objects = await proveWholeBundle(opened, { codec: nativeCodec });
    hold(objects > 0 || opened.header.labels.length === 0, 'a label is on an object that is there');
  },
};

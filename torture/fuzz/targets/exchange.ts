/** What stores say to each other: requests and answers, the frames of a stream, and the list of other stores. */
import { createHash } from 'node:crypto';
import { readU32 } from '../../../src/bytes/big-endian.ts';
import { concatBytes } from '../../../src/bytes/concat.ts';
import { encodeText } from '../../../src/bytes/text.ts';
import { ConflictError } from '../../../src/errors/errors.ts';
import { hashBytes } from '../../../src/hash/hasher.ts';
import { type LabelName, parseLabelName } from '../../../src/label/name.ts';
import { decodeRemotes, encodeRemotes } from '../../../src/store/remotes.ts';
import { decodeError, encodeError } from '../../../src/wire/error-document.ts';
import { decodeFetchRequest, encodeFetchRequest } from '../../../src/wire/fetch-request.ts';
import { decodeFrames, encodeFrames } from '../../../src/wire/frames.ts';
import { decodeLabelList, encodeLabelList } from '../../../src/wire/label-list.ts';
import { decodePushRequest, encodePushRequest } from '../../../src/wire/push-request.ts';
import { decodePushedLabels, encodePushedLabels } from '../../../src/wire/pushed-labels.ts';
import { hold, holdAlike, holdSame, inPieces } from '../oracle.ts';
import { type Target, wordsOf } from '../target.ts';

const [ONE, TWO] = [hashBytes(encodeText('1')), hashBytes(encodeText('2'))];
const [A, B]: readonly LabelName[] = ['a', 'b/c'].map(parseLabelName);
const DIGEST = 'd'.repeat(64);

const LABELS = encodeLabelList([
  { id: ONE, name: A! },
  { id: TWO, name: B! },
]);
const FETCH = encodeFetchRequest({
  labels: [A!, B!],
  objects: [ONE],
  have: [TWO],
  horizon: [ONE],
  depth: 3,
  contents: 'none',
  resume: { bytes: 77, digest: DIGEST },
});
const PUSH = encodePushRequest({
  upload: DIGEST,
  force: true,
  edits: [
    { name: A!, old: ONE, new: TWO },
    { name: B!, old: undefined, new: ONE },
  ],
});
const CARRYING = encodePushRequest({ bundle: encodeText('cas-bundle 1\n\n'), force: false, edits: [] });
const REMOTES = encodeRemotes(
  new Map([['hub', { name: 'hub', url: '/a b', contents: 'none', patterns: ['team/*'] }]]),
);
const PUSHED = encodePushedLabels([{ name: A!, before: undefined, after: ONE, kind: 'created' }]);
const ERROR = encodeError(new ConflictError('LABEL_MOVED', 'it moved', { hint: 'look again' }));

/** The first letter says which of them it is. */
const DOCUMENTS: readonly ((bytes: Uint8Array) => Uint8Array | undefined)[] = [
  (bytes) => encodeLabelList(decodeLabelList(bytes)),
  (bytes) => encodeFetchRequest(decodeFetchRequest(bytes)),
  (bytes) => encodePushRequest(decodePushRequest(bytes)),
  (bytes) => encodeRemotes(decodeRemotes(bytes)),
  (bytes) => {
    const labels = decodePushedLabels(bytes);
    holdAlike(decodePushedLabels(encodePushedLabels(labels)), labels, 'what was written is read again');
    return undefined;
  },
  (bytes) => {
    const error = decodeError(bytes);
    if (error !== undefined) hold(decodeError(encodeError(error)) !== undefined, 'an error can be told on');
    return undefined;
  },
];

export const exchange: Target = {
  name: 'exchange',
  inputs: 12_000,
  seeds: [
    ...[LABELS, FETCH, PUSH, REMOTES, PUSHED, ERROR].map((bytes, at) =>
      concatBytes([Uint8Array.of(at), bytes]),
    ),
    concatBytes([Uint8Array.of(2), CARRYING]),
  ],
  words: wordsOf(
    'cas-labels cas-fetch cas-push label object have horizon depth contents none all resume upload bundle force edit remote',
    '\n',
    '\n\n',
    ' ',
    '1\n',
    '2\n',
    '-',
    '9007199254740993',
    '"__proto__":',
    '"labels":[',
    '*',
    ONE,
    DIGEST,
  ),
  run: (bytes) => {
    const document = bytes.subarray(1);
    const again = DOCUMENTS[(bytes[0] ?? 0) % DOCUMENTS.length]!(document);
    if (again !== undefined) holdSame(again, document, 'every document has one encoding');
  },
};

/** Makes right the check of each frame that is whole. */
function sealFrames(bytes: Uint8Array): Uint8Array {
  const sealed = bytes.slice();
  const hash = createHash('sha256').update('5\n');
  for (let at = 0; at + 4 <= sealed.length; ) {
    const end = at + 4 + (readU32(sealed, at) & 0x7fffffff);
    if (end + 8 > sealed.length) break;
    hash.update(sealed.subarray(at + 4, end));
    sealed.set(hash.copy().digest().subarray(0, 8), end);
    at = end + 8;
  }
  return sealed;
}

const FRAMES = sealFrames(
  concatBytes([Uint8Array.of(0, 0, 0, 3, 1, 2, 3), new Uint8Array(8), new Uint8Array(12)]),
);

async function framed(bytes: Uint8Array): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of encodeFrames(inPieces(bytes), 5)) pieces.push(piece);
  return concatBytes(pieces);
}

/** Whatever arrives, what is handed on of it was sent. */
export const frames: Target = {
  name: 'frames',
  inputs: 3000,
  maxBytes: 300,
  seeds: [FRAMES, FRAMES.subarray(15)],
  words: [Uint8Array.of(0, 0, 0, 0), Uint8Array.of(0x80, 0, 0, 2), Uint8Array.of(0, 0, 0x40, 0)],
  seal: sealFrames,
  run: async (bytes) => {
    const found: Uint8Array[] = [];
    for await (const piece of decodeFrames(inPieces(bytes), 5)) found.push(piece);
    const whole = concatBytes(found);
    const arrived: Uint8Array[] = [];
    for await (const piece of decodeFrames(inPieces(await framed(whole)), 5)) arrived.push(piece);
    holdSame(concatBytes(arrived), whole, 'what arrived whole arrives again');
  },
};

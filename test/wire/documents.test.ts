/** Documents that stores send each other: their laws, their forms, and what is none. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equalBytes } from '../../src/bytes/compare.ts';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { ConflictError, InvalidInputError, RefusedError, SystemError } from '../../src/errors/errors.ts';
import { type ByteStream, streamOf } from '../../src/flow/byte-stream.ts';
import type { ObjectId } from '../../src/hash/object-id.ts';
import { sortByName } from '../../src/label/label.ts';
import type { LabelName } from '../../src/label/name.ts';
import { decodeRemotes, encodeRemotes, type Remote } from '../../src/store/remotes.ts';
import { decodeError, encodeError } from '../../src/wire/error-document.ts';
import { decodeFetchRequest, encodeFetchRequest, type FetchRequest } from '../../src/wire/fetch-request.ts';
import { decodeFrames, encodeFrames, MAX_FRAME_BYTES } from '../../src/wire/frames.ts';
import { decodeLabelList, encodeLabelList } from '../../src/wire/label-list.ts';
import { decodeMeasure, encodeMeasure } from '../../src/wire/measure-document.ts';
import { decodePushRequest, encodePushRequest, type PushRequest } from '../../src/wire/push-request.ts';
import { decodePushedLabels, encodePushedLabels } from '../../src/wire/pushed-labels.ts';
import { decodeResumePoint, encodeResumePoint } from '../../src/wire/resume-document.ts';
import { anyBytes } from '../arbitraries/bytes.ts';
import { testCodecLaws } from '../arbitraries/codec-laws.ts';
import { labelNames, objectIds } from '../arbitraries/labels.ts';

const digests = fc.stringMatching(/^[0-9a-f]{64}$/);
const ids = fc.uniqueArray(objectIds, { maxLength: 4 }).map((some) => some.toSorted());
const names = fc
  .uniqueArray(labelNames, { maxLength: 4 })
  .map((some) => sortByName(some.map((name) => ({ name }))).map(({ name }) => name));
const numbers = fc.nat(Number.MAX_SAFE_INTEGER);
const optional = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(values, { nil: undefined });
const resumePoints = fc.record({ bytes: numbers, digest: digests });

const labelLists = fc
  .uniqueArray(fc.record({ id: objectIds, name: labelNames }), { selector: ({ name }) => name, maxLength: 5 })
  .map((labels) => sortByName(labels));
testCodecLaws('a list of labels', { encode: encodeLabelList, decode: decodeLabelList }, labelLists);

const fetchRequests: fc.Arbitrary<FetchRequest> = fc.record({
  labels: names,
  objects: ids,
  have: ids,
  horizon: ids,
  depth: optional(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
  contents: fc.constantFrom('all', 'none'),
  resume: optional(resumePoints),
});
testCodecLaws(
  'a request to fetch',
  { encode: encodeFetchRequest, decode: decodeFetchRequest },
  fetchRequests,
);

const questions: fc.Arbitrary<PushRequest> = fc.record({
  force: fc.boolean(),
  edits: fc
    .uniqueArray(fc.record({ name: labelNames, old: optional(objectIds), new: optional(objectIds) }), {
      selector: ({ name }) => name,
      maxLength: 5,
    })
    .map((edits) => sortByName(edits)),
});
const sent: fc.Arbitrary<Pick<PushRequest, 'upload' | 'bundle'>> = fc.oneof(
  fc.constant({}),
  fc.record({ upload: digests }),
  fc.record({ bundle: anyBytes() }),
);
const pushRequests = fc.tuple(questions, sent).map(([question, how]) => ({ ...question, ...how }));
testCodecLaws('a request to push', { encode: encodePushRequest, decode: decodePushRequest }, pushRequests);

test('a request to push has one bundle at most, as long as it says', () => {
  const whole = encodePushRequest({ bundle: Buffer.from('12'), force: false, edits: [] });
  const upload = `upload ${'d'.repeat(64)}\n`;
  for (const [found, changed] of [
    ['bundle 2\n', 'bundle 1\n'],
    ['bundle 2\n', 'bundle 3\n'],
    ['bundle 2\n', ''],
    ['bundle 2\n', upload],
    ['bundle 2\n', `${upload}bundle 2\n`],
  ] as const) {
    const bytes = Buffer.from(Buffer.from(whole).toString().replace(found, changed));
    expect(() => decodePushRequest(bytes)).toThrow(expect.objectContaining({ code: 'DOCUMENT_INVALID' }));
  }
});

const remotes: fc.Arbitrary<ReadonlyMap<string, Remote>> = fc
  .uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/),
      url: fc.constantFrom('/a folder/with blanks', 'https://host/s/a', 'ann@host:x', 'none', 'labels x y'),
      contents: fc.constantFrom('all' as const, 'none' as const),
      patterns: fc.array(fc.constantFrom('*', 'team/*', 'a'), { maxLength: 3 }),
    }),
    { selector: ({ name }) => name, maxLength: 4 },
  )
  .map((some) => some.toSorted((left, right) => (left.name < right.name ? -1 : 1)))
  .map((some) => new Map(some.map((remote) => [remote.name, remote])));
testCodecLaws('a list of remotes', { encode: encodeRemotes, decode: decodeRemotes }, remotes);

test.each([
  ['a measure', encodeMeasure, decodeMeasure, fc.record({ objects: numbers, bytes: numbers })],
  ['a place to go on from', encodeResumePoint, decodeResumePoint, resumePoints],
  [
    'what was pushed',
    encodePushedLabels,
    decodePushedLabels,
    fc.array(
      fc.record({
        name: labelNames,
        before: optional(objectIds),
        after: optional(objectIds),
        kind: fc.constantFrom('created', 'forwarded', 'forced', 'deleted', 'unchanged'),
      }),
    ),
  ],
] as const)('%s decodes to what was encoded, and junk is a typed error', (_, encode, decode, values) => {
  fc.assert(
    fc.property(values as fc.Arbitrary<never>, (value) => {
      expect(decode(encode(value))).toEqual(value);
    }),
  );
  fc.assert(
    fc.property(fc.oneof(anyBytes(64), fc.json().map(encodeText)), (bytes) => {
      try {
        decode(bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: 'DOCUMENT_INVALID' });
      }
    }),
  );
});

test('a request reads as it is described', () => {
  const id = (digit: string) => `sha256:${digit.repeat(64)}` as ObjectId;
  const request: FetchRequest = {
    labels: ['b', 'a'] as LabelName[],
    objects: [id('2'), id('1')],
    have: [id('3')],
    horizon: [id('4')],
    depth: 2,
    contents: 'none',
    resume: { bytes: 10, digest: '5'.repeat(64) },
  };
  expect(Buffer.from(encodeFetchRequest(request)).toString()).toBe(
    [
      'cas-fetch 1',
      'label a',
      'label b',
      `object ${id('1')}`,
      `object ${id('2')}`,
      `have ${id('3')}`,
      `horizon ${id('4')}`,
      'depth 2',
      'contents none',
      `resume 10 ${'5'.repeat(64)}`,
      '',
      '',
    ].join('\n'),
  );
});

test.each([
  ['cas-fetch 2\n\n', 'DOCUMENT_TOO_NEW'],
  ['cas-push 1\n\n', 'DOCUMENT_INVALID'],
  ['cas-fetch 1\n', 'DOCUMENT_INVALID'],
  ['cas-fetch 1\nlabel a\nlabel a\n\n', 'DOCUMENT_INVALID'],
  ['cas-fetch 1\nlabel b\nlabel a\n\n', 'DOCUMENT_INVALID'],
  ['cas-fetch 1\nlabel ../a\n\n', 'DOCUMENT_INVALID'],
  ['cas-fetch 1\nlabel a b\n\n', 'DOCUMENT_INVALID'],
  ['cas-fetch 1\ndepth 0\n\n', 'DOCUMENT_INVALID'],
  ['cas-fetch 1\ndepth 1e3\n\n', 'DOCUMENT_INVALID'],
  ['cas-fetch 1\ndepth 9007199254740993\n\n', 'DOCUMENT_INVALID'],
  ['cas-fetch 1\ncontents all\n\n', 'DOCUMENT_INVALID'],
  ['cas-fetch 1\r\n\r\n', 'DOCUMENT_INVALID'],
  ['cas-fetch 1\n\nmore', 'DOCUMENT_INVALID'],
])('%j is no request to fetch: %s', (text, code) => {
  expect(() => decodeFetchRequest(encodeText(text))).toThrow(expect.objectContaining({ code }));
});

describe('errors', () => {
  test.each([
    new ConflictError('LABEL_MOVED', "label 'a' is absent", { hint: 'read it again' }),
    new InvalidInputError('USAGE', 'no'),
    new SystemError('IO_FAILED', 'cannot'),
  ])('%s is told as it is', (error) => {
    const { name, code, message, hint } = error;
    const told = decodeError(encodeError(error));
    expect(told).toBeInstanceOf(error.constructor);
    expect(told).toMatchObject({ name, code, message, hint });
  });

  test('of a defect nothing is told, and what a terminal would act on is escaped', () => {
    expect(decodeError(encodeError(new TypeError('secret')))).toMatchObject({
      code: 'PEER_FAILED',
      message: expect.not.stringContaining('secret'),
    });
    const evil = new RefusedError('X', 'a\u001b[31mred', { hint: '\u202e' });
    const told = decodeError(encodeError(evil));
    expect([told?.message, told?.hint].join()).not.toMatch(/[\u001b\u202e]/);
  });

  test('what is no error is none', () => {
    for (const text of ['', '{}', '[]', 'null', '{"name":"Error","code":"X","message":""}', '{"code":"x"}'])
      expect(decodeError(encodeText(text))).toBeUndefined();
    const long = new InvalidInputError('X', 'é'.repeat(100_000), { hint: '\n'.repeat(100_000) });
    expect(decodeError(encodeError(long))).toMatchObject({ code: 'X' });
  });
});

describe('frames', () => {
  const framed = async (bytes: ByteStream, start = 0): Promise<Uint8Array> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of encodeFrames(bytes, start)) pieces.push(piece);
    return concatBytes(pieces);
  };

  /** What arrives of frames that are cut into pieces of `size`, and how it ends. */
  async function arrive(
    frames: Uint8Array,
    { start = 0, size = frames.length }: { readonly start?: number; readonly size?: number } = {},
  ): Promise<{ readonly bytes: Uint8Array; readonly error: unknown }> {
    async function* pieces(): ByteStream {
      for (let at = 0; at < frames.length; at += size) yield frames.subarray(at, at + size);
    }
    const found: Uint8Array[] = [];
    try {
      for await (const piece of decodeFrames(pieces(), start)) found.push(piece);
    } catch (error) {
      return { bytes: concatBytes(found), error };
    }
    return { bytes: concatBytes(found), error: undefined };
  }

  test('carry any stream in any pieces', async () => {
    const contents = fc.tuple(
      fc.uint8Array({ maxLength: 100_000, size: 'max' }),
      fc.nat(1e6),
      fc.nat(50_000),
    );
    await fc.assert(
      fc.asyncProperty(contents, async ([bytes, start, size]) => {
        const frames = await framed(streamOf(bytes), start);
        await arrive(frames, { start, size: size + 1 }); // which leaves them as they are
        const arrived = await arrive(frames, { start, size: size + 1 });
        expect(arrived.error).toBeUndefined();
        expect(equalBytes(arrived.bytes, bytes)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  const whole = Uint8Array.from({ length: 70_000 }, (_, at) => (at * at) >>> 5);

  test('whatever is changed is found, and all that arrives before it is right', async () => {
    const frames = await framed(streamOf(whole));
    const change = fc.record({
      kind: fc.constantFrom('flip', 'cut', 'repeat', 'swap', 'drop'),
      at: fc.nat(frames.length - 1),
      bit: fc.nat(7),
      length: fc.integer({ min: 1, max: 40_000 }),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ kind, at, bit, length }) => {
        const [head, middle, tail] = [
          frames.slice(0, at),
          frames.slice(at, at + length),
          frames.slice(at + length),
        ];
        const flipped = middle.map((byte, place) => (place === 0 ? byte ^ (1 << bit) : byte));
        const changed = {
          flip: [head, flipped, tail],
          cut: [head],
          repeat: [head, middle, middle, tail],
          swap: [head, tail, middle],
          drop: [head, tail],
        }[kind];
        const sent = concatBytes(changed);
        fc.pre(Buffer.compare(sent.subarray(0, frames.length), frames) !== 0);
        const { bytes, error } = await arrive(sent, { size: 5000 });
        expect(error).toMatchObject({ code: 'TRANSFER_CUT' });
        expect(equalBytes(bytes, whole.subarray(0, bytes.length))).toBe(true);
        const unharmed = Math.floor(at / (MAX_FRAME_BYTES + 12)) * MAX_FRAME_BYTES;
        expect(bytes.length).toBeGreaterThanOrEqual(Math.min(unharmed, whole.length));
      }),
      { numRuns: 300 },
    );
  });

  test('are of one place in one stream', async () => {
    const frames = await framed(streamOf(whole), 1000);
    expect(await arrive(frames)).toMatchObject({ error: { code: 'TRANSFER_CUT' } });
  });

  test('end in the error that the stream ended in', async () => {
    async function* failing(): ByteStream {
      yield whole;
      throw new ConflictError('LABEL_MOVED', 'it moved');
    }
    const { bytes, error } = await arrive(await framed(failing()));
    expect(equalBytes(bytes, whole)).toBe(true);
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({ code: 'LABEL_MOVED', message: 'it moved' });
  });
});

import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { encodeText } from '../../src/bytes/text.ts';
import {
  type ByteSource,
  type ByteStream,
  beginStream,
  collectBytes,
  gatherStream,
  sliceStream,
  streamOf,
  toByteStream,
} from '../../src/flow/byte-stream.ts';
import { anyBytes, anyCuts, piecesOf } from '../arbitraries/bytes.ts';

async function collectPieces(stream: ByteStream): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}

/** Counts how many pieces were taken, and whether the end was told. */
function watched(pieces: readonly Uint8Array[]): {
  stream: ByteStream;
  taken: () => number;
  closed: () => boolean;
} {
  let taken = 0;
  let closed = false;
  async function* flow(): AsyncGenerator<Uint8Array> {
    try {
      for (const piece of pieces) {
        taken++;
        yield piece;
      }
    } finally {
      closed = true;
    }
  }
  return { stream: flow(), taken: () => taken, closed: () => closed };
}

describe('toByteStream()', () => {
  const sources: readonly (readonly [string, () => ByteSource])[] = [
    ['text', () => 'grün'],
    ['bytes', () => encodeText('grün')],
    ['a stream', () => streamOf(encodeText('gr'), encodeText('ün'))],
    ['a Node stream', () => Readable.from([Buffer.from('gr'), Buffer.from('ün')])],
    ['a web stream', () => new Blob(['grün']).stream()],
  ];
  test.each(sources)('takes %s', async (_, source) => {
    expect(Buffer.from(await collectBytes(toByteStream(source()))).toString()).toBe('grün');
  });
});

describe('collectBytes()', () => {
  test('puts a stream together, however it was cut', async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes(), anyCuts(), async (bytes, cuts) => {
        expect(await collectBytes(streamOf(...piecesOf(bytes, cuts)))).toEqual(bytes);
      }),
    );
  });

  test('holds exactly maxBytes, and stops and closes the stream at the first piece past them', async () => {
    const pieces = [new Uint8Array(3), new Uint8Array(3), new Uint8Array(1), new Uint8Array(9)];
    expect(await collectBytes(streamOf(...pieces.slice(0, 2)), { maxBytes: 6 })).toHaveLength(6);
    const { stream, taken, closed } = watched(pieces);
    await expect(collectBytes(stream, { maxBytes: 6 })).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect([taken(), closed()]).toEqual([3, true]);
  });
});

describe('gatherStream()', () => {
  test('yields the same bytes in pieces of at least minBytes, but for the last', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyBytes(),
        anyCuts(),
        fc.integer({ min: 1, max: 20 }),
        async (bytes, cuts, minBytes) => {
          const pieces = await collectPieces(gatherStream(streamOf(...piecesOf(bytes, cuts)), minBytes));
          expect(concatBytes(pieces)).toEqual(bytes);
          for (const piece of pieces.slice(0, -1)) expect(piece.length).toBeGreaterThanOrEqual(minBytes);
          expect(pieces.every((piece) => piece.length > 0)).toBe(true);
        },
      ),
    );
  });
});

describe('sliceStream()', () => {
  test('is what slice() of the whole is, and reads the source to its end', async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes(), anyCuts(), fc.nat(70), fc.nat(70), async (bytes, cuts, start, end) => {
        const pieces = piecesOf(bytes, cuts);
        const { stream, taken } = watched(pieces);
        expect(concatBytes(await collectPieces(sliceStream(stream, start, end)))).toEqual(
          bytes.slice(start, Math.max(start, end)),
        );
        expect(taken()).toBe(pieces.length);
      }),
    );
  });

  test('closes the source when its consumer stops', async () => {
    const { stream, closed } = watched([new Uint8Array(4), new Uint8Array(4)]);
    for await (const piece of sliceStream(stream, 0, 8)) {
      expect(piece).toHaveLength(4);
      break;
    }
    expect(closed()).toBe(true);
  });
});

describe('beginStream()', () => {
  test('says all of a short stream, and none of a long one, which can be read all the same', async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes(), anyCuts(), fc.nat({ max: 80 }), async (bytes, cuts, maxBytes) => {
        const { stream: given, closed } = watched(piecesOf(bytes, cuts));
        const { whole, stream } = await beginStream(given, maxBytes);
        expect(whole).toEqual(bytes.length <= maxBytes ? bytes : undefined);
        expect(await collectBytes(stream)).toEqual(bytes);
        expect(closed()).toBe(true);
      }),
    );
  });

  test('passes on that nobody wants the rest', async () => {
    for (const isRead of [true, false]) {
      const {
        stream: given,
        taken,
        closed,
      } = watched([encodeText('ab'), encodeText('cd'), encodeText('ef')]);
      const { stream } = await beginStream(given, 1);
      if (isRead) await stream.next();
      await stream.return?.();
      expect([taken(), closed()]).toEqual([1, true]);
    }
  });
});

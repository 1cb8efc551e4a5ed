import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/bytes/byte-writer.ts';
import { concatBytes } from '../../src/bytes/concat.ts';
import { formatHex } from '../../src/bytes/hex.ts';
import { encodeText } from '../../src/bytes/text.ts';

test('a ByteWriter holds all that was written, in order, whatever its pieces were', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 700 }).map((bytes) => ({ kind: 'bytes' as const, bytes })),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => ({ kind: 'hex' as const, bytes })),
    fc
      .string({ unit: 'binary-ascii', maxLength: 40 })
      .map((text) => ({ kind: 'ascii' as const, text, bytes: encodeText(text) })),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const writer = new ByteWriter();
      for (const piece of pieces) {
        if (piece.kind === 'bytes') writer.write(piece.bytes);
        else if (piece.kind === 'hex') writer.writeHex(formatHex(piece.bytes));
        else writer.writeAscii(piece.text);
      }
      const whole = concatBytes([new Uint8Array(0), ...pieces.map(({ bytes }) => bytes)]);
      expect(writer.length).toBe(whole.length);
      expect(writer.finish()).toEqual(whole);
    }),
    { numRuns: 300 },
  );
});

test('what finish() gave does not change with what is written after it', () => {
  const writer = new ByteWriter();
  writer.writeAscii('before');
  const first = writer.finish();
  writer.writeAscii('after');
  expect(first).toEqual(encodeText('before'));
  expect(writer.finish()).toEqual(encodeText('beforeafter'));
  expect(first.buffer.byteLength).toBe(6);
});

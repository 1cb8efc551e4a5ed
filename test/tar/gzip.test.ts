import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { CasError } from '../../src/errors/errors.ts';
import { type ByteStream, collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import { type GzipLimits, inflateGzip } from '../../src/tar/gzip.ts';
import { ArchiveInput } from '../../src/tar/input.ts';
import { raw, readFirst } from './tar-builder.ts';

function inflate(stream: ByteStream, limits: GzipLimits = {}): Promise<Uint8Array> {
  return collectBytes(inflateGzip(new ArchiveInput(stream), limits));
}

async function* inPieces(bytes: Uint8Array, size: number): ByteStream {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
}

/** A member with every optional field that `flags` name. */
function member(content: Uint8Array, flags: number): Uint8Array {
  const parts = [raw(`\x1f\x8b\x08${String.fromCharCode(flags)}\0\0\0\0\0\x03`)];
  if (flags & 4) parts.push(raw('\x03\0abc'));
  if (flags & 8) parts.push(raw('name\0'));
  if (flags & 16) parts.push(raw('\0'));
  if (flags & 2) parts.push(littleEndian(crc32(concatBytes(parts)) & 0xffff).subarray(0, 2));
  parts.push(deflateRawSync(content), littleEndian(crc32(content)), littleEndian(content.length));
  return concatBytes(parts);
}

function littleEndian(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

const small = raw('hello'.repeat(10));
const large = concatBytes([noise(300_000), new Uint8Array(700_000)]);
const whole = gzipSync(small);

describe('inflateGzip()', () => {
  test.each([1, 100, 65_536, 10_000_000])('reads any content in pieces of %d', async (size) => {
    const contents = size === 1 ? [small, new Uint8Array(0)] : [small, large, new Uint8Array(0)];
    for (const content of contents)
      expect(Buffer.compare(await inflate(inPieces(gzipSync(content), size)), content)).toBe(0);
  });

  test.each(Array.from({ length: 32 }, (_, flags) => flags))(
    'reads a header with the flags %d',
    async (flags) => {
      expect(await inflate(streamOf(member(small, flags)))).toEqual(small);
      expect(await inflate(inPieces(member(small, flags), 1))).toEqual(small);
    },
  );

  test('reads many members as one content, however they are cut', async () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 50 }),
      fc.constantFrom(large, large.subarray(0, 299_999)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(content, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 500, max: 200_000 }),
        async (contents, size) => {
          const file = concatBytes(contents.map((content) => gzipSync(content, { level: 1 })));
          expect(Buffer.compare(await inflate(inPieces(file, size)), concatBytes(contents))).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('refuses every cut of a file', async () => {
    for (let length = 0; length < whole.length; length++)
      await expect(inflate(streamOf(whole.subarray(0, length)))).rejects.toMatchObject({
        code: 'GZIP_TRUNCATED',
      });
    const big = gzipSync(large);
    for (const length of [100_000, big.length - 9, big.length - 8, big.length - 1])
      await expect(inflate(inPieces(big.subarray(0, length), 50_000))).rejects.toMatchObject({
        code: 'GZIP_TRUNCATED',
      });
  });

  test.each([
    ['junk', raw('junk after the end')],
    ['zeros', new Uint8Array(512)],
    ['half a magic and more', raw('\x1f\x8c aaaaaaaaaaaa')],
  ])('refuses %s after the last member', async (_title, junk) => {
    await expect(inflate(streamOf(concatBytes([whole, junk])))).rejects.toMatchObject({
      code: 'GZIP_TRAILING_DATA',
    });
    const cut = concatBytes([gzipSync(large), junk]);
    await expect(inflate(inPieces(cut, 1000))).rejects.toMatchObject({ code: 'GZIP_TRAILING_DATA' });
  });

  test.each([
    ['method', 2, 7],
    ['reserved flag', 3, 0x20],
    ['checksum', whole.length - 8, whole[whole.length - 8]! ^ 1],
    ['length', whole.length - 4, whole[whole.length - 4]! ^ 1],
    ['deflate', 10, 0xff],
  ])('refuses a wrong %s', async (_title, at, value) => {
    const bytes = Uint8Array.from(whole);
    bytes[at] = value;
    await expect(inflate(streamOf(bytes))).rejects.toMatchObject({ code: 'GZIP_INVALID' });
  });

  test('refuses a wrong checksum of the header', async () => {
    const bytes = Uint8Array.from(member(small, 2));
    bytes[4]! ^= 1;
    await expect(inflate(streamOf(bytes))).rejects.toMatchObject({ code: 'GZIP_INVALID' });
  });

  test('refuses a name without an end', async () => {
    const bytes = concatBytes([raw('\x1f\x8b\x08\x08\0\0\0\0\0\0'), raw('n'.repeat(70_000))]);
    await expect(inflate(streamOf(bytes))).rejects.toMatchObject({ code: 'GZIP_INVALID' });
  });

  test('never gives other bytes for a file with one bit flipped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: whole.length * 8 - 1 }), async (bit) => {
        const bytes = Uint8Array.from(whole);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        const content = await inflate(streamOf(bytes)).catch((error: unknown) => error);
        if (!(content instanceof CasError)) expect(content).toEqual(small); // a hint, such as the time
      }),
      { numRuns: 400 },
    );
  });

  test('stops a bomb soon after it shows', async () => {
    const bomb = gzipSync(new Uint8Array(2 ** 24), { level: 9 });
    const bombs = async function* (): ByteStream {
      for (;;) yield bomb;
    };
    let contentBytes = 0;
    const drain = async (limits: GzipLimits): Promise<void> => {
      for await (const piece of inflateGzip(new ArchiveInput(bombs()), limits)) contentBytes += piece.length;
    };
    await expect(drain({})).rejects.toMatchObject({ name: 'RefusedError', code: 'ARCHIVE_BOMB' });
    expect(contentBytes).toBeGreaterThan(60 * 2 ** 20);
    expect(contentBytes).toBeLessThan(66 * 2 ** 20);
    contentBytes = 0;
    await expect(drain({ maxRatio: 10, ratioFloorBytes: 1000 })).rejects.toMatchObject({
      code: 'ARCHIVE_BOMB',
    });
    expect(contentBytes).toBeLessThan(2 ** 21);
  });

  test('hands on what its source throws, in the middle of a member too', async () => {
    const failure = new Error('disk');
    const source = async function* (): ByteStream {
      yield gzipSync(large).subarray(0, 200_000);
      throw failure;
    };
    await expect(inflate(source())).rejects.toBe(failure);
  });

  test('can be left in the middle of a member', async () => {
    let closed = false;
    const source = async function* (): ByteStream {
      try {
        yield* inPieces(gzipSync(large), 10_000);
      } finally {
        closed = true;
      }
    };
    const input = new ArchiveInput(source());
    await readFirst(inflateGzip(input));
    await input.close();
    expect(closed).toBe(true);
  });
});

/** Whatever the bytes are, an archive is read or refused, soon, and the same way however it is cut. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/concat.ts';
import { formatName } from '../../src/bytes/text.ts';
import { CasError } from '../../src/errors/errors.ts';
import { type ByteStream, collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import { readArchive } from '../../src/tar/archive.ts';
import { decodeNumber } from '../../src/tar/number.ts';
import { decodePax } from '../../src/tar/pax.ts';
import { anyText } from '../arbitraries/bytes.ts';
import {
  base256,
  checksumOf,
  file,
  folder,
  GNU,
  gnuLong,
  hardLink,
  pax,
  paxRecord,
  symlink,
  tar,
} from './tar-builder.ts';

const valid = tar(
  folder('./'),
  folder('d/', { mode: 0o2755 }),
  file('d/f', 'x'.repeat(600), { mode: 0o755 }),
  pax([
    ['path', 'd/é'],
    ['mtime', '1.5'],
    ['SCHILY.xattr.user.caskit.k', 'v'],
  ]),
  file('d/e', 'hello'),
  gnuLong('K', 't'.repeat(120)),
  gnuLong('L', 'n'.repeat(120)),
  symlink('n', 't', { magic: GNU }),
  hardLink('h', 'd/f'),
  file('z', '', { size: base256(0n) }),
);

async function* inPieces(bytes: Uint8Array, size: number): ByteStream {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Everything that is told of an archive, or the code of its fault. */
async function tell(stream: ByteStream): Promise<string> {
  const told: string[] = [];
  try {
    for await (const member of readArchive(stream)) {
      const content = member.kind === 'file' ? (await collectBytes(member.content)).length : '';
      told.push(`${member.kind} ${formatName(member.path)} ${content}`);
    }
  } catch (error) {
    if (!(error instanceof CasError)) throw error;
    told.push(error.code);
  }
  return told.join('\n');
}

function withChecksums(bytes: Uint8Array): Uint8Array {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const block = bytes.subarray(at, at + 512);
    if (String.fromCharCode(...block.subarray(257, 262)) === 'ustar')
      block.set(
        Uint8Array.from(checksumOf(block), (character) => character.charCodeAt(0)),
        148,
      );
  }
  return bytes;
}

const mutation = fc.record({
  at: fc.nat({ max: valid.length - 1 }),
  with: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      ...['9', '/', '..', '\0', '\x80', 'x', 'g', 'L', '5', '-1'].map((text) => Buffer.from(text, 'latin1')),
    ),
  ),
});

describe('readArchive()', () => {
  test('reads the archive that is mutated below', async () => {
    const told = await tell(streamOf(valid));
    expect(told.split('\n')).toEqual([
      'folder d ',
      'file d/f 600',
      'file d/é 5',
      `symlink ${'n'.repeat(120)} `,
      'hardlink h ',
      'file z 0',
    ]);
  });

  test('reads or refuses any bytes', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 2000 }),
      fc.uint8Array({ maxLength: 600 }).map((bytes) => concatBytes([Uint8Array.of(0x1f, 0x8b, 8, 0), bytes])),
      fc.uint8Array({ maxLength: 2000 }).map((bytes) => gzipSync(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (bytes) => {
        await tell(streamOf(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  test('reads or refuses a mutated archive, with its checksums right, the same however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 1500 }),
        async (mutations, size) => {
          const bytes = Uint8Array.from(valid);
          for (const { at, with: put } of mutations) bytes.set(put.subarray(0, bytes.length - at), at);
          withChecksums(bytes);
          const told = await tell(streamOf(bytes));
          expect(await tell(inPieces(bytes, size))).toBe(told);
          expect(await tell(streamOf(gzipSync(bytes, { level: 1 })))).toBe(told);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('refuses every cut of an archive', async () => {
    for (let length = 0; length < valid.length - 1024; length += 37)
      expect(await tell(streamOf(valid.subarray(0, length)))).toMatch(/TAR_TRUNCATED$/);
  });
});

describe('decodePax()', () => {
  test('reads back any attributes', () => {
    const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{0,20}$/);
    const value = anyText().filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.dictionary(key, value), (attributes) => {
        const records = Object.entries(attributes).map(([key, value]) =>
          paxRecord(`SCHILY.xattr.user.caskit.${key}`, value),
        );
        const header = decodePax(concatBytes([new Uint8Array(0), ...records]), { offset: 0 });
        expect(new Map(header.attributes)).toEqual(new Map(Object.entries(attributes)));
      }),
    );
  });

  test('reads back any path without NUL, as the bytes that it is', () => {
    const path = fc
      .uint8Array({ minLength: 1, maxLength: 300 })
      .map((bytes) => bytes.map((byte) => byte || 1));
    fc.assert(
      fc.property(path, (path) => {
        expect(decodePax(paxRecord('path', path), { offset: 0 }).path).toEqual(path);
      }),
    );
  });
});

describe('decodeNumber()', () => {
  test('reads back any number in base-256', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom(8, 12), (value, length) => {
        expect(decodeNumber(base256(BigInt(value), length), 0, length)).toBe(value);
      }),
    );
  });

  test('reads back any number in octal, with spaces or NULs around it', () => {
    const end = fc.constantFrom('', '\0', ' ', ' \0', '\0 ');
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.nat(1), end, (value, spaces, end) => {
        const text = ' '.repeat(spaces) + value.toString(8) + end;
        const field = new Uint8Array(14);
        field.set(Buffer.from(text, 'latin1'));
        expect(decodeNumber(field, 0, 14)).toBe(value);
      }),
    );
  });
});

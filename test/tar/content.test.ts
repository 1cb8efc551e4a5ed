import { describe, expect, test } from 'vitest';
import { formatName } from '../../src/bytes/text.ts';
import { CasError } from '../../src/errors/errors.ts';
import { type ByteStream, collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import type { TarFile } from '../../src/tar/member.ts';
import { scanTar } from '../../src/tar/scanner.ts';
import { base256, drain, END, file, header, pax, raw, readFirst, tar } from './tar-builder.ts';

async function* inPieces(bytes: Uint8Array, size: number): ByteStream {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function textOf(member: TarFile): Promise<string> {
  return new TextDecoder().decode(await collectBytes(member.content));
}

describe('scanTar() on content', () => {
  const bytes = tar(file('a', 'x'.repeat(700)), file('b', ''), file('c', 'y'.repeat(512)), file('d', 'z'));

  test.each([1, 7, 512, 513, 100_000])(
    'is the same however the stream is cut: pieces of %d',
    async (size) => {
      const contents: string[] = [];
      for await (const member of scanTar(inPieces(bytes, size)))
        if (member.kind === 'file') contents.push(await textOf(member));
      expect(contents).toEqual(['x'.repeat(700), '', 'y'.repeat(512), 'z']);
    },
  );

  test('is skipped where it is not read, or read in part', async () => {
    const paths: string[] = [];
    for await (const member of scanTar(inPieces(bytes, 100))) {
      paths.push(formatName(member.path));
      if (member.kind === 'file') await readFirst(member.content);
    }
    expect(paths).toEqual(['a', 'b', 'c', 'd']);
  });

  test('cannot be read once the next member was asked for', async () => {
    const members = scanTar(inPieces(bytes, 100));
    const first = await members.next();
    await members.next();
    await expect(collectBytes((first.value as TarFile).content)).rejects.toMatchObject({
      code: 'TAR_CONTENT_GONE',
    });
  });

  test('that ends early is an error of the one who reads it', async () => {
    const members = scanTar(streamOf(bytes.subarray(0, 600)));
    const first = await members.next();
    await expect(collectBytes((first.value as TarFile).content)).rejects.toMatchObject({
      code: 'TAR_TRUNCATED',
    });
  });

  test('of 9 GiB is counted right, with the size in either spelling', async () => {
    const size = 9 * 2 ** 30;
    const hole = new Uint8Array(2 ** 24);
    for (const head of [
      [header({ size: base256(BigInt(size)) })],
      [pax([['size', `${size}`]]), header({})],
    ]) {
      const stream = async function* (): ByteStream {
        yield* head;
        for (let left = size; left > 0; left -= hole.length) yield hole;
        yield tar(file('next'));
      };
      const paths: string[] = [];
      for await (const member of scanTar(stream())) paths.push(formatName(member.path));
      expect(paths).toEqual(['a', 'next']);
    }
  });
});

describe('scanTar() at the end', () => {
  test.each([512, 1024, 700, 10_240])('accepts %d zeros and nothing more', async (count) => {
    const bytes = new Uint8Array(512 + count);
    bytes.set(file('a'));
    expect(await drain(scanTar(streamOf(bytes)))).toBe(1);
  });

  test('an archive of nothing but its end is empty', async () => {
    expect(await drain(scanTar(streamOf(END)))).toBe(0);
  });

  test('lets go of its source, read to the end or not', async () => {
    let closed = 0;
    const source = async function* (): ByteStream {
      try {
        for (;;) yield file('a', 'x'.repeat(5000));
      } finally {
        closed++;
      }
    };
    await readFirst(scanTar(source()));
    const broken = async function* (): ByteStream {
      try {
        yield raw('garbage'.repeat(100));
      } finally {
        closed++;
      }
    };
    await expect(scanTar(broken()).next()).rejects.toBeInstanceOf(CasError);
    expect(closed).toBe(2);
  });

  test('hands on what its source throws', async () => {
    const failure = new Error('disk');
    const source = async function* (): ByteStream {
      yield file('a');
      throw failure;
    };
    await expect(drain(scanTar(source()))).rejects.toBe(failure);
  });

  test('stops after as many members as are allowed', async () => {
    const empty = file('a');
    let yielded = 0;
    const source = async function* (): ByteStream {
      for (; ; yielded++) yield empty;
    };
    const members = scanTar(source(), { maxEntries: 5000 });
    await expect(drain(members)).rejects.toMatchObject({
      name: 'RefusedError',
      code: 'TAR_TOO_MANY_ENTRIES',
    });
    expect(yielded).toBeLessThan(5010);
  });
});

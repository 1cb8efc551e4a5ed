/** Python's zlib as a judge: it reads what every codec writes, and every codec reads what it writes. */
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { collectBytes, streamOf } from '../../src/flow/byte-stream.ts';
import { noise } from '../arbitraries/contents.ts';
import { codecs } from '../conformance/subjects.ts';

const hasPython = spawnSync('python3', ['-c', 'import zlib']).status === 0;
const python = (program: string, input: Uint8Array): Uint8Array =>
  new Uint8Array(
    execFileSync('python3', ['-c', `import sys, zlib\n${program}`], { input, maxBuffer: 2 ** 26 }),
  );

/** The contents of all streams, one after the other; Python fails at anything that is not one. */
const INFLATE = `
rest = sys.stdin.buffer.read()
while rest:
    d = zlib.decompressobj()
    sys.stdout.buffer.write(d.decompress(rest))
    assert d.eof
    rest = d.unused_data`;
const DEFLATE = 'sys.stdout.buffer.write(zlib.compress(sys.stdin.buffer.read(), 9))';

const content = new Uint8Array(
  Buffer.concat([noise(100_000), new Uint8Array(200_000), Buffer.from('words and words '.repeat(5000))]),
);

describe.skipIf(!hasPython && process.env['CI'] === undefined).each(codecs)(
  '$name and Python',
  ({ open }) => {
    test('deflate() and deflateStream() are read by Python', async () => {
      await using subject = await open();
      const streams: Uint8Array[] = [];
      const contents: Uint8Array[] = [];
      for (const level of [0, 1, 6, 9] as const) {
        for (const bytes of [content, content.subarray(0, 300), content.subarray(0, 3000)]) {
          streams.push(subject.codec.deflate(bytes, level));
          streams.push(await collectBytes(subject.codec.deflateStream(streamOf(bytes), level)));
          contents.push(bytes, bytes);
        }
      }
      expect(Buffer.compare(python(INFLATE, Buffer.concat(streams)), Buffer.concat(contents))).toBe(0);
    });

    test('inflate() and inflateStream() read Python', async () => {
      await using subject = await open();
      const stream = python(DEFLATE, content);
      const { content: back } = subject.codec.inflate(stream, { maxBytes: content.length });
      expect(Buffer.compare(back, content)).toBe(0);
      expect(Buffer.compare(await collectBytes(subject.codec.inflateStream(streamOf(stream))), content)).toBe(
        0,
      );
    });
  },
);

/** Compressed streams: three ways to inflate one, which must agree. */
import { deflateSync } from 'node:zlib';
import { encodeText } from '../../../src/bytes/text.ts';
import { CorruptError, RefusedError } from '../../../src/errors/errors.ts';
import { collectBytes } from '../../../src/flow/byte-stream.ts';
import { inflateExactly } from '../../../src/kernel/kernel.ts';
import type { ZlibCodec } from '../../../src/zlib/codec.ts';
import { nativeCodec } from '../../../src/zlib/native.ts';
import { pakoCodec } from '../../../src/zlib/pako.ts';
import {
  answerOf,
  hold,
  holdAlike,
  holdSame,
  inPieces,
  type Outcome,
  outcomeLater,
  outcomeOf,
  valueOf,
} from '../oracle.ts';
import { sealZlib } from '../seals/gzip.ts';
import { type Target, wordsOf } from '../target.ts';

const MAX_CONTENT_BYTES: number = 2 ** 16;
/** Streams are slow to begin: of so many inputs one is read as one. */
const STREAMED_ONE_IN = 16;
const TEXT = encodeText('what is stored, line by line, and line by line again\n'.repeat(6));

export const zlib: Target = {
  name: 'zlib',
  inputs: 2000,
  maxBytes: 512,
  seeds: [0, 1, 9].flatMap((level) => [deflateSync(TEXT, { level }), deflateSync('', { level })]),
  words: wordsOf(
    '',
    Uint8Array.of(0x78, 0x9c),
    Uint8Array.of(0x78, 1),
    Uint8Array.of(1, 0, 0, 0xff, 0xff),
    Uint8Array.of(3, 0),
    Uint8Array.of(0x78, 0xbb),
  ),
  seal: sealZlib,
  run: (bytes) => {
    const maxBytes = MAX_CONTENT_BYTES;
    const native = outcomeOf(() => nativeCodec.inflate(bytes, { maxBytes }));
    const pako = outcomeOf(() => pakoCodec.inflate(bytes, { maxBytes }));
    holdAlike(answerOf(pako), answerOf(native), 'both codecs inflate it alike');
    checkKernel(bytes, native);
    if (bytes.length % STREAMED_ONE_IN === 0) return streamed(bytes, native);
    valueOf(native);
  },
};

type Inflating = Outcome<ReturnType<ZlibCodec['inflate']>>;

/** The kernel is told how long the content is, and does not compare its checksum. */
function checkKernel(bytes: Uint8Array, native: Inflating): void {
  if (native.kind === 'value') {
    const { content, consumedBytes } = native.value;
    const inflated = inflateExactly(bytes, content.length);
    holdSame(inflated.content, content, 'the kernel inflates it alike');
    hold(inflated.consumedBytes === consumedBytes, 'the kernel finds the same end');
    for (const wrong of [content.length - 1, content.length + 1]) {
      if (wrong >= 0)
        hold(
          outcomeOf(() => inflateExactly(bytes, wrong)).kind === 'refused',
          'the kernel takes no other length',
        );
    }
    return;
  }
  const start = outcomeOf(() => pakoCodec.inflateStart(bytes));
  if (start.kind === 'refused' || native.error instanceof RefusedError) return;
  const { cause } = native.error;
  const isChecksum = cause instanceof Error && cause.message === 'incorrect data check';
  const kernel = outcomeOf(() => inflateExactly(bytes, start.value.length));
  hold(kernel.kind === 'refused' || isChecksum, 'the kernel takes nothing but another checksum');
}

async function streamed(bytes: Uint8Array, native: Inflating): Promise<void> {
  for (const codec of [nativeCodec, pakoCodec]) {
    const stream = await outcomeLater(() =>
      collectBytes(codec.inflateStream(inPieces(bytes)), { maxBytes: MAX_CONTENT_BYTES }),
    );
    const isWhole = native.kind === 'value' && native.value.consumedBytes === bytes.length;
    hold(!isWhole || stream.kind === 'value', 'a stream takes what is taken whole');
    if (stream.kind === 'refused') {
      hold(
        stream.error instanceof CorruptError || stream.error instanceof RefusedError,
        'what is no stream is damaged',
      );
      continue;
    }
    hold(native.kind === 'value', 'what is taken as a stream is taken whole');
    holdSame(stream.value, native.value.content, 'a stream has the same content');
  }
  valueOf(native);
}

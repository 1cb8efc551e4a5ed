/** What the zlib streams of a pack's entries hold, and what delta programs make of their bases: with a kernel or without. */
import { isKernelHere } from '../kernel/instance.ts';
import { inflateExactly, Kernel, kernel } from '../kernel/kernel.ts';
import { applyDelta, decodeDeltaSizes, MAX_DELTA_OBJECT_BYTES } from '../pack/delta.ts';
import { invalidPack } from '../pack/pack-header.ts';
import type { ZlibCodec } from '../zlib/codec.ts';

/** The kernel's memory never shrinks: what is longer is done outside of it. */
const KERNEL_BYTES: number = 4 * 2 ** 20;
/** Enough of any zlib stream to hold a whole Huffman table and a few bytes after it. */
const PREFIX_BYTES = 512;

/**
 * The content of the stream that `body` begins with.
 *
 * @throws CorruptError for damage, or where it does not hold exactly `sizeBytes`
 */
export function inflateBody(body: Uint8Array, sizeBytes: number, codec: ZlibCodec): Uint8Array {
  if (sizeBytes <= KERNEL_BYTES && isKernelHere()) return inflateExactly(body, sizeBytes).content;
  const { content } = codec.inflate(body, { maxBytes: sizeBytes });
  if (content.length !== sizeBytes) throw invalidPack(`an entry does not hold ${sizeBytes} bytes`);
  return content;
}

/** What a delta makes of `base`. @throws CorruptError `DELTA_INVALID` */
export function applyProgram(base: Uint8Array, program: Uint8Array): Uint8Array {
  const { resultBytes } = decodeDeltaSizes(program);
  if (Math.max(base.length, program.length, resultBytes) > KERNEL_BYTES || !isKernelHere())
    return applyDelta(base, program, MAX_DELTA_OBJECT_BYTES);
  const memory = kernel();
  const programAt = Kernel.HEAP + base.length + Kernel.SLACK;
  const target = programAt + program.length + Kernel.SLACK;
  memory.reserve(target + resultBytes);
  memory.bytes.set(base, Kernel.HEAP);
  memory.bytes.set(program, programAt);
  memory.applyDelta(Kernel.HEAP, base.length, programAt, program.length, target, resultBytes);
  return memory.bytes.slice(target, target + resultBytes);
}

/** The first bytes of what a stream holds, unproved: enough to tell the size of what a delta makes. */
export function startOfBody(body: Uint8Array, codec: ZlibCodec): Uint8Array {
  return codec.inflateStart(body.subarray(0, PREFIX_BYTES));
}

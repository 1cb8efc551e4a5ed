/** Prints the bytes of objects, small ones only once they are proved. */
import type { ByteRange, ObjectInfo, Store } from '../../index.ts';
import type { Output } from '../output.ts';

/** Up to here an object is held whole, so that nothing of a damaged one is printed. */
const WHOLE_BYTES: number = 2 ** 20;

/** @throws as `Store.get` and `Store.read`; of a great damaged object the beginning was printed by then */
export async function printObject(
  store: Store,
  { id, sizeBytes }: Pick<ObjectInfo, 'id' | 'sizeBytes'>,
  { out, range = {} }: { readonly out: Output; readonly range?: ByteRange },
): Promise<void> {
  if (sizeBytes > WHOLE_BYTES) return out.stream(store.read(id, range));
  const { start = 0, end = sizeBytes } = range;
  await out.bytes((await store.get(id)).subarray(start, Math.max(start, end)));
}

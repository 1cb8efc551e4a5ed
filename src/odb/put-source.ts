/** Content of any kind into a store, by the way that costs least: what is held already goes by no stream. */
import { encodeText } from '../bytes/text.ts';
import { type ByteSource, toByteStream } from '../flow/byte-stream.ts';
import type { ObjectWriter, PutStreamOptions, StoredObject } from './object-store.ts';

/** @throws InvalidInputError `SIZE_MISMATCH` where there is not as much as `sizeBytes` says; nothing is stored */
export async function putSource(
  objects: ObjectWriter,
  source: ByteSource,
  options: PutStreamOptions = {},
): Promise<StoredObject> {
  const content = typeof source === 'string' ? encodeText(source) : source;
  if (!(content instanceof Uint8Array)) return objects.putStream('content', toByteStream(content), options);
  const { sizeBytes = content.length } = options;
  if (sizeBytes !== content.length) return objects.putStream('content', toByteStream(content), options);
  return { id: await objects.put('content', content), sizeBytes };
}

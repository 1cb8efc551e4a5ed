/** The answers of a store that is asked for many objects, as bytes. */
import { collectBytes, type ManyAnswer, type Store } from '../../index.ts';

/**
 * @param maxBytes more is refused, whatever was said of the size
 * @returns bytes that are good until the next answers are asked for
 * @throws as `Store.get`
 */
export async function wholeContent(answer: ManyAnswer, store: Store, maxBytes: number): Promise<Uint8Array> {
  switch (answer.kind) {
    case 'whole':
      return answer.content; // which a window had room for
    case 'stream':
      return collectBytes(answer.content, { maxBytes });
    case 'absent':
      return store.get(answer.id, { maxBytes }); // it may have come meanwhile
  }
}

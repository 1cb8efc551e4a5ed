/** Ids of several stores as those of one. */
import type { ObjectId } from '../hash/object-id.ts';

/** Every id of `sources` once, ascending, as each of them gives its own. */
export async function* mergeIds(sources: readonly AsyncIterable<ObjectId>[]): AsyncGenerator<ObjectId> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
    for (;;) {
      let lowest: ObjectId | undefined;
      for (const head of heads) {
        if (head.done !== true && (lowest === undefined || head.value < lowest)) lowest = head.value;
      }
      if (lowest === undefined) return;
      yield lowest;
      for (const [at, head] of heads.entries()) {
        if (head.done !== true && head.value === lowest) heads[at] = await iterators[at]!.next();
      }
    }
  } finally {
    for (const iterator of iterators) await iterator.return?.();
  }
}

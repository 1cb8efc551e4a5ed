/** Lists of items as they come, put together while more are coming anyway: work on many at once costs less. */
import { setImmediate, setTimeout } from 'node:timers/promises';

/** So many at once are no person's: more are on their way. */
const MANY = 256;
const PATIENCE_MS = 10;

/**
 * The items of `lists` in longer lists. What came alone is handed on at once; after many, more are waited for, a
 * moment.
 *
 * @param maxItems no more than that are waited for
 */
export async function* readyBatches<Item>(
  lists: AsyncIterable<readonly Item[]>,
  maxItems: number,
): AsyncGenerator<readonly Item[]> {
  const rest = lists[Symbol.asyncIterator]();
  try {
    let coming = rest.next();
    for (let next = await coming; next.done !== true; next = await coming) {
      const batch = [...next.value];
      coming = rest.next();
      coming.catch(() => {}); // reported where it is awaited
      while (batch.length < maxItems) {
        const more = await Promise.race([coming, pause(batch.length)]);
        if (more === undefined || more.done === true) break;
        for (const item of more.value) batch.push(item);
        coming = rest.next();
        coming.catch(() => {});
      }
      yield batch;
    }
  } finally {
    await rest.return?.();
  }
}

async function pause(count: number): Promise<undefined> {
  if (count < MANY) await setImmediate();
  else await setTimeout(PATIENCE_MS, undefined, { ref: false }); // what is awaited keeps the process
  return undefined;
}

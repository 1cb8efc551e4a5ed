/**
 * Runs `work` over `items`, at most `limit` at a time, which is 1 or more. After a failure nothing new starts,
 * and once all that had started has stopped, it rejects with the failure that came first.
 */
export async function forEachConcurrent<Item>(
  items: Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    try {
      for (let next = rest.next(); !next.done; next = rest.next()) {
        await work(next.value);
        if (failure !== undefined) return;
      }
    } catch (error) {
      failure ??= { error };
    }
  };
  await Promise.all(Array.from({ length: limit }, lane));
  if (failure !== undefined) throw failure.error;
}

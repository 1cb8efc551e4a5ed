/**
 * What the command's parser asks of node's `assert`: the build puts this in its place, because to load the whole
 * of it takes as long as the parser itself.
 */

/** @throws Error with `message` */
export function strictEqual(actual: unknown, expected: unknown, message?: string): void {
  if (!Object.is(actual, expected)) throw new Error(message ?? 'values differ');
}

/** @throws Error with `message` */
export function notStrictEqual(actual: unknown, expected: unknown, message?: string): void {
  if (Object.is(actual, expected)) throw new Error(message ?? 'values are the same');
}

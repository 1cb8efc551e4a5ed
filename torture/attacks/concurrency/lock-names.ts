/** Locks that are taken by many at once. */
import { join } from 'node:path';

/** So many lie in one folder. */
export const LOCKS = 24;

/** @param number from 0 up to, and without, {@link LOCKS} */
export function lockIn(folder: string, number: number): string {
  return join(folder, `x${number}.lock`);
}

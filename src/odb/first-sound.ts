/** Looks for one object in several places, where a copy that is damaged does not end the search. */
import { CasError, CorruptError } from '../errors/errors.ts';

/**
 * What the first of `ways` finds that finds something.
 *
 * @returns `undefined` where none does
 * @throws CorruptError the first that a way ended in, where no other finds anything
 */
export async function firstSound<Value>(
  ...ways: readonly (() => Promise<Value | undefined>)[]
): Promise<Value | undefined> {
  let damage: unknown;
  for (const way of ways) {
    try {
      const found = await way();
      if (found !== undefined) return found;
    } catch (error) {
      if (!isDamage(error)) throw error;
      damage ??= error;
    }
  }
  if (damage !== undefined) throw damage;
  return undefined;
}

/** As {@link firstSound}, of ways that do not wait. */
export function firstSoundNow<Value>(...ways: readonly (() => Value | undefined)[]): Value | undefined {
  let damage: unknown;
  for (const way of ways) {
    try {
      const found = way();
      if (found !== undefined) return found;
    } catch (error) {
      if (!isDamage(error)) throw error;
      damage ??= error;
    }
  }
  if (damage !== undefined) throw damage;
  return undefined;
}

/**
 * Whether `error` is about what lies in one place, and so about one copy of it only: damage, or a folder, a symlink or
 * a pipe where a file must be.
 */
export function isDamage(error: unknown): error is CasError {
  return error instanceof CorruptError || (error instanceof CasError && error.code === 'NOT_A_FILE');
}

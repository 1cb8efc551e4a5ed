/** What an attempt came to. */
import { CasError } from '../../../src/index.ts';
import { BrokenPromise } from '../../attack.ts';

/** `done`, or the code of the typed error that it ended in. @throws any other error */
export async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'done';
  } catch (error) {
    if (error instanceof CasError) return error.code;
    throw error;
  }
}

/** @param what the findings are, were there any. @throws BrokenPromise where there are */
export function expectNone(found: readonly string[], what: string): void {
  if (found.length > 0) throw new BrokenPromise([what, ...found]);
}

/** Failures in folders that are held, of which nobody knows the paths that the file system was asked for. */
import { SystemError } from '../errors/errors.ts';
import { fileError } from '../files/file-error.ts';

/** What a failure is about. */
export interface FailureSite {
  /** What was tried, to follow "cannot": `write`. */
  readonly action: string;
  /** From the folder on. */
  readonly path: Uint8Array;
}

/** Does `work`; a failure of the file system is one of `site`. */
export async function namingFailures<Value>(site: FailureSite, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SystemError) || error.cause === undefined) throw error;
    throw fileError(error.cause, site.action, site.path);
  }
}

/**
 * Work that Ctrl-C ends although it never waits, such as a regular expression that would try for years: what is
 * asked to stop by an event alone cannot hear of it meanwhile.
 */
import { type Context, createContext, Script } from 'node:vm';

interface Place {
  readonly context: Context & { work?: () => unknown };
  readonly script: Script;
}

let place: Place | undefined;

/**
 * What `work` returns. Each call costs a tenth of a millisecond, so it is worth much work at a time.
 *
 * @throws DOMException `AbortError` where Ctrl-C ended it, and what `work` throws
 */
export function runStoppable<Value>(work: () => Value): Value {
  place ??= { context: createContext({}), script: new Script('work()') };
  place.context.work = work;
  try {
    return place.script.runInContext(place.context, { breakOnSigint: true }) as Value;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw error;
    throw new DOMException('interrupted', 'AbortError');
  } finally {
    delete place.context.work;
  }
}

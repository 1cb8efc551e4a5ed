/** What goes wrong between two machines, in our words. */
import { escapeText } from '../bytes/text.ts';
import { CasError, CorruptError, NotFoundError, SystemError } from '../errors/errors.ts';
import { cut } from '../wire/frames.ts';

const MAX_SHOWN = 200;

/** @param url where nobody answers, for the message */
export function unreachable(
  url: string,
  problem: string,
  details: { hint?: string; cause?: unknown } = {},
): SystemError {
  return new SystemError('PEER_UNREACHABLE', `cannot reach '${url}': ${problem}`, {
    hint: 'look at the address and at the network, then try again',
    ...details,
  });
}

const LOOK_AT_ADDRESS = "look at the address: of a server, it ends in '/s/' and the name of a store";

/** For an answer of a caskit that serves no store there, or a folder that has none. @param url of it */
export function noStoreAt(url: string, hint: string = LOOK_AT_ADDRESS): NotFoundError {
  return new NotFoundError('STORE_NOT_FOUND', `there is no store at '${url}'`, { hint });
}

/** For an answer that no caskit gives. @param url of who gave it */
export function notCaskit(url: string, problem: string, cause?: unknown): CorruptError {
  return new CorruptError('PEER_INVALID', `what answers at '${url}' is no store: ${problem}`, {
    hint: LOOK_AT_ADDRESS,
    cause,
  });
}

/** What ended a connection: ours as it is, and anything else as a cut. */
export function cutBy(error: Error): CasError {
  if (error instanceof CasError) return error;
  return cut(isReset(error) ? 'the connection ended' : shown(error.message), error);
}

/** Why there was no connection, or no answer on it. @param connected whether it came so far */
export function exchangeFailure(
  error: Error,
  { url, isConnected }: { url: string; isConnected: boolean },
): CasError {
  if (error instanceof CasError) return error;
  const code = codeOf(error);
  if (code.startsWith('HPE_')) return notCaskit(url, badBeginning(error), error);
  if (isConnected) return cutBy(error);
  if (/CERT|SIGNATURE|ISSUER/.test(code))
    return unreachable(url, `its certificate is not trusted: ${shown(error.message)}`, {
      hint: 'name the file of who signed it in CAS_CA_FILE',
      cause: error,
    });
  return unreachable(url, shown(problemOf(error)), { cause: error });
}

/** Text of a stranger or of the system, on one line and not too long. */
export function shown(text: string): string {
  return escapeText(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}

function isReset(error: Error): boolean {
  return ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(codeOf(error));
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

/** A host of several addresses fails with one error for each. */
function problemOf(error: Error): string {
  const [first] = error instanceof AggregateError ? (error.errors as readonly Error[]) : [];
  return first?.message ?? error.message;
}

/** What came in place of HTTP. */
function badBeginning(error: Error): string {
  const { rawPacket } = error as Error & { readonly rawPacket?: Uint8Array };
  const start = rawPacket === undefined ? '' : Buffer.from(rawPacket.subarray(0, 60)).toString('latin1');
  return start === '' ? shown(error.message) : `it begins with '${shown(start.trimEnd())}'`;
}

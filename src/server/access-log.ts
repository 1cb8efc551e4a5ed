/**
 * One line for each request:
 *
 *   <time> <peer> <token's name or -> <method> <path> <status> <bytes sent> <milliseconds> <error code or ->
 *
 * What a stranger wrote is escaped, and short. Queries are left out: nothing here reads a secret from one, and somebody
 * may still put one there.
 */
import { escapeText } from '../bytes/text.ts';
import { CasError } from '../errors/errors.ts';

/** A request that is over. */
export interface AccessEntry {
  readonly peer: string;
  /** The name of the token that was shown, where it was a good one. */
  readonly token: string | undefined;
  readonly method: string;
  /** As it came. */
  readonly target: string;
  readonly status: number;
  readonly sentBytes: number;
  readonly tookMs: number;
  /** What went wrong, if anything. */
  readonly error: unknown;
}

const MAX_PATH_CHARACTERS = 1000;

/** @param at milliseconds since 1970 */
export function formatAccess(entry: AccessEntry, at: number): string {
  const { peer, token = '-', method, target, status, sentBytes, tookMs, error } = entry;
  const time = new Date(at).toISOString();
  const path = word(target.replace(/\?.*/s, '').slice(0, MAX_PATH_CHARACTERS));
  const code = error === undefined ? '-' : error instanceof CasError ? error.code : 'DEFECT';
  return `${time} ${word(peer)} ${token} ${word(method)} ${path} ${status} ${sentBytes} ${Math.round(tookMs)} ${code}`;
}

/** More of a failure in this machine, for whoever keeps it. */
export function formatFailure(error: unknown, at: number): string {
  const text =
    error instanceof CasError ? error.message : error instanceof Error ? error.stack : String(error);
  return `${new Date(at).toISOString()} error ${escapeText((text ?? '').slice(0, 4 * MAX_PATH_CHARACTERS))}`;
}

function word(text: string): string {
  return escapeText(text).replaceAll(' ', '%20') || '-';
}

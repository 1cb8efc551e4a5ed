/** How long garbage is left alone, because somebody may be about to give it a label. */
import { InvalidInputError } from '../errors/errors.ts';

const HOUR_MS: number = 60 * 60 * 1000;
const UNITS_MS: Readonly<Record<string, number>> = {
  m: HOUR_MS / 60,
  h: HOUR_MS,
  d: 24 * HOUR_MS,
  w: 7 * 24 * HOUR_MS,
};

/** Nothing that is going on takes longer without a lease. */
export const MIN_GRACE_MS: number = HOUR_MS;
export const DEFAULT_GRACE_MS: number = 14 * 24 * HOUR_MS;

/** What `90m`, `12h`, `14d` or `2w` says, or `undefined` for anything else. */
export function findDurationMs(text: string): number | undefined {
  const [, digits, unit = ''] = /^(0|[1-9][0-9]{0,6})([mhdw])$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * UNITS_MS[unit]!;
}

/**
 * A grace as a person gives it: a time of an hour or more, or `0` or `now` for none.
 *
 * @returns milliseconds
 * @throws InvalidInputError `GRACE_INVALID`
 */
export function parseGrace(text: string): number {
  if (text === '0' || text === 'now') return 0;
  const graceMs = findDurationMs(text);
  if (graceMs !== undefined && (graceMs === 0 || graceMs >= MIN_GRACE_MS)) return graceMs;
  throw new InvalidInputError(
    'GRACE_INVALID',
    `no grace to leave garbage alone for: '${text.slice(0, 80)}'`,
    {
      hint: "give an hour or more, such as '12h' or '14d', or 'now' for none",
    },
  );
}

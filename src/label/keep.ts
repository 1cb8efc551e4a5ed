/** How far back a label's parents and former values are kept: `all`, `N` of them, or `Nd` days. */
import { InvalidInputError } from '../errors/errors.ts';

export type Keep =
  | { readonly kind: 'all' }
  /** This many before the present one, 0 to {@link MAX_KEEP}. */
  | { readonly kind: 'count'; readonly count: number }
  /** Those of the last days, 0 to {@link MAX_KEEP}. */
  | { readonly kind: 'days'; readonly days: number };

export const KEEP_ALL: Keep = { kind: 'all' };
export const MAX_KEEP = 999_999;

const PATTERN = /^(0|[1-9][0-9]{0,5})(d?)$/;

/** @throws InvalidInputError `KEEP_INVALID` */
export function parseKeep(text: string): Keep {
  const keep = findKeep(text);
  if (keep !== undefined) return keep;
  throw new InvalidInputError('KEEP_INVALID', `not a number of values to keep: '${text.slice(0, 100)}'`, {
    hint: `write 'all', a number such as '10', or days such as '90d', up to ${MAX_KEEP}`,
  });
}

/** What `text` says exactly as {@link formatKeep} writes it, or `undefined`. */
export function findKeep(text: string): Keep | undefined {
  if (text === 'all') return KEEP_ALL;
  const [, digits, unit] = PATTERN.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return unit === 'd' ? { kind: 'days', days: Number(digits) } : { kind: 'count', count: Number(digits) };
}

/** The text that {@link parseKeep} reads back. */
export function formatKeep(keep: Keep): string {
  switch (keep.kind) {
    case 'all':
      return 'all';
    case 'count':
      return `${keep.count}`;
    case 'days':
      return `${keep.days}d`;
  }
}

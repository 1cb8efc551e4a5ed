/** What a user says of what is fetched; the same in every command that fetches labels. */
import { type FetchRemoteOptions, InvalidInputError } from '../index.ts';
import type { Arguments, CommandContext, OptionSpec } from './command.ts';
import { watchedBy } from './exchange.ts';

/** More snapshots than any history has. */
const ALL: number = 2 ** 31;

export const FETCH_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  prune: { kind: 'flag', alias: 'p', about: 'remove remotes/… labels that are gone there' },
  depth: {
    kind: 'text',
    about: 'so many snapshots of each label; all: also what a clone left out',
    value: 'N',
  },
};

/** @throws InvalidInputError `USAGE` */
export function fetchOptionsOf(args: Arguments, context: CommandContext): FetchRemoteOptions {
  const labels = args.texts('labels');
  const depth = parseDepth(args);
  return {
    ...watchedBy(context),
    ...(labels.length > 0 && { labels }),
    ...(depth !== undefined && { depth }),
    ...(args.flag('prune') && { prune: 'yes' }),
  };
}

/** A whole number of at least 1, or `all`. @throws InvalidInputError `USAGE` */
export function parseDepth(args: Arguments): number | undefined {
  const text = args.text('depth');
  if (text === undefined) return undefined;
  if (text === 'all') return ALL;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidInputError('USAGE', `'${text.slice(0, 80)}' is no depth`, {
    hint: 'give the number of snapshots of each label, such as 1, or all',
  });
}

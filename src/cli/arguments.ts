/** How single arguments are read, the same in every command. */
import { type ExpectedLabel, InvalidInputError, nearestOf, parseTime, type Store } from '../index.ts';

/** Where a word stands. */
export interface WordChoice<Word extends string> {
  /** What comes before it, but for `cas`, such as `serve token`. */
  readonly command: string;
  /** All that may stand there. */
  readonly words: readonly Word[];
}

/**
 * One of the words that a command takes at a place.
 *
 * @param text '' where there is none
 * @throws InvalidInputError `USAGE`
 */
export function parseWord<Word extends string>(text: string, { command, words }: WordChoice<Word>): Word {
  const word = words.find((known) => known === text);
  if (word !== undefined) return word;
  const near = nearestOf(text, words);
  const fault = text === '' ? 'needs another word' : `knows no '${text.slice(0, 80)}'`;
  throw new InvalidInputError('USAGE', `'cas ${command}' ${fault}`, {
    hint: near === undefined ? `choose one of ${words.join(', ')}` : `did you mean 'cas ${command} ${near}'?`,
  });
}

/** A whole number from 0 on, or `undefined` where there is none. @throws InvalidInputError `USAGE` */
export function parseCount(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (/^[0-9]{1,16}$/.test(text) && Number.isSafeInteger(count)) return count;
  throw new InvalidInputError('USAGE', `--${option} takes a whole number, not '${text.slice(0, 80)}'`, {
    hint: `write it in digits: --${option} 10`,
  });
}

/** A size in bytes, also as `10k`, `5M` or `1G` with units of 1000. @throws InvalidInputError `USAGE` */
export function parseSize(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const [, digits, unit = ''] = /^([0-9]{1,16}(?:\.[0-9]{1,3})?)([kMGT]?)B?$/.exec(text) ?? [];
  const bytes = Math.round(Number(digits) * 1000 ** ' kMGT'.indexOf(unit || ' '));
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new InvalidInputError('USAGE', `--${option} takes a size, not '${text.slice(0, 80)}'`, {
    hint: `write it in bytes, or with a unit: --${option} 10M`,
  });
}

/** Seconds since 1970: from `--time`, else from SOURCE_DATE_EPOCH. @throws InvalidInputError `TIME_INVALID` */
export function parseCommitTime(
  text: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): number | undefined {
  const epoch = environment['SOURCE_DATE_EPOCH'] || undefined;
  if (text === undefined && epoch === undefined) return undefined;
  if (text === undefined && /^[0-9]{1,11}$/.test(epoch ?? '')) return Number(epoch);
  const seconds = /^@[0-9]{1,11}$/.test(text ?? '') ? Number(text!.slice(1)) : parseTime(text ?? '');
  if (seconds !== undefined) return seconds;
  throw new InvalidInputError('TIME_INVALID', `not a time: '${(text ?? epoch ?? '').slice(0, 80)}'`, {
    hint:
      text === undefined
        ? 'set SOURCE_DATE_EPOCH to seconds since 1970'
        : "write '2026-01-31T12:00:00Z', or '@SECONDS' since 1970",
  });
}

/** What `--expect REV|none` means. @throws as revisions */
export async function parseExpected(
  store: Store,
  text: string | undefined,
): Promise<ExpectedLabel | undefined> {
  if (text === undefined) return undefined;
  return text === 'none' ? 'absent' : (await store.resolve(text)).id;
}

/** Attributes, each as `KEY=VALUE`; of a key that comes twice, the last. @throws InvalidInputError `USAGE` */
export function parseAttributes(pairs: readonly string[]): Map<string, string> {
  return new Map(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals > 0) return [pair.slice(0, equals), pair.slice(equals + 1)];
      throw new InvalidInputError('USAGE', `'${pair.slice(0, 200)}' is not KEY=VALUE`, {
        hint: "write it with an equals sign: 'mediaType=text/plain'",
      });
    }),
  );
}

/** Cuts `LABEL:PATH`. @throws InvalidInputError `USAGE` where there is no path */
export function splitLabelPath(text: string): { readonly label: string; readonly path: string } {
  const colon = text.indexOf(':');
  if (colon > 0 && colon < text.length - 1)
    return { label: text.slice(0, colon), path: text.slice(colon + 1) };
  throw new InvalidInputError('USAGE', `'${text.slice(0, 200)}' is not LABEL:PATH`, {
    hint: "write the label, a colon, and the path in it: 'release/v2:bin/app'",
  });
}

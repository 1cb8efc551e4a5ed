/** The settings that a store may have, and how their text is read. */
import { InvalidInputError } from '../errors/errors.ts';
import { ALIAS_HASHES, type AliasHash, isAliasHash } from '../hash/alias-hash.ts';
import { findDurationMs, MIN_GRACE_MS } from './grace.ts';

export type SettingValue = string | number | boolean;
export type Settings = ReadonlyMap<string, SettingValue>;

interface Setting {
  /** What it does, for `cas config list`. */
  readonly about: string;
  /** The value that `text` says, or `undefined` when it says none. */
  readonly parse: (text: string) => SettingValue | undefined;
  /** How a good value reads, for the hint of an error. */
  readonly form: string;
}

const oneLine = (text: string): string | undefined =>
  /^[^\n\r\0<>]{1,200}$/.test(text) && text.trim() === text ? text : undefined;

/** The chunks of less would not be worth a list. */
const MIN_CHUNK_THRESHOLD: number = 2 ** 20;
const MAX_CHUNK_THRESHOLD: number = 64 * 2 ** 20;

function wholeNumber(text: string, { min, max }: { min: number; max: number }): number | undefined {
  if (!/^(0|[1-9][0-9]{0,14})$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

/** The hashes in a list such as `sha1,md5`, which may be empty; `undefined` where it is none. */
function findAliasHashes(text: string): readonly AliasHash[] | undefined {
  const names = text === '' ? [] : text.split(',');
  return new Set(names).size === names.length && names.every(isAliasHash) ? names : undefined;
}

/** The other hashes that are kept of what is stored. */
export function aliasHashesOf(settings: Settings): readonly AliasHash[] {
  return findAliasHashes(String(settings.get('aliases') ?? '')) ?? [];
}

/** Every setting there is, by its name. */
export const SETTINGS: ReadonlyMap<string, Setting> = new Map([
  ['user.name', { about: 'author of new snapshots', form: "one line without '<' and '>'", parse: oneLine }],
  [
    'user.mail',
    { about: 'mail address of that author', form: "one line without '<' and '>'", parse: oneLine },
  ],
  [
    'zlib.level',
    {
      about: 'effort of compression when objects are first written',
      form: 'a digit, 0 (none) to 9 (most); 1 if unset',
      parse: (text) => (/^[0-9]$/.test(text) ? Number(text) : undefined),
    },
  ],
  [
    'chunk.threshold',
    {
      about: 'size over which content is stored as a list of chunks',
      form: `bytes, ${MIN_CHUNK_THRESHOLD} to ${MAX_CHUNK_THRESHOLD}; the most if unset`,
      parse: (text) => wholeNumber(text, { min: MIN_CHUNK_THRESHOLD, max: MAX_CHUNK_THRESHOLD }),
    },
  ],
  [
    'aliases',
    {
      about: 'other hashes by which content can be named that is stored from then on',
      form: `some of ${ALIAS_HASHES.join(', ')}, with commas between; '' for none, as if unset`,
      parse: (text) => (findAliasHashes(text) === undefined ? undefined : text),
    },
  ],
  [
    'gc.grace',
    {
      about: 'how long what no label reaches is left alone',
      form: 'a time such as 12h or 30d, at least 1h; 14d if unset',
      parse: (text) => ((findDurationMs(text) ?? 0) >= MIN_GRACE_MS ? text : undefined),
    },
  ],
  [
    'labels.window',
    {
      about: 'how long deleted labels still keep what they reached, and the log of labels its records',
      form: 'days such as 30d; 90d if unset',
      parse: (text) => (/^(0|[1-9][0-9]{0,5})d$/.test(text) ? text : undefined),
    },
  ],
  [
    'pack.newest',
    {
      about: 'how a repack stores the newest versions: whole ones make exports faster and packs larger',
      form: "'delta' or 'whole'; delta if unset",
      parse: (text) => (text === 'delta' || text === 'whole' ? text : undefined),
    },
  ],
  [
    'pack.depth',
    {
      about: 'how many deltas at most lead to an object',
      form: 'a number, 0 to 4095; 50 if unset',
      parse: (text) => wholeNumber(text, { min: 0, max: 4095 }),
    },
  ],
  [
    'maintenance.auto',
    {
      about: 'whether commands that store something start maintenance once much has gathered',
      form: "'true' or 'false'; true if unset",
      parse: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
    },
  ],
  [
    'maintenance.loose',
    {
      about: 'how many loose objects may gather before they are packed',
      form: 'a number; 2000 if unset',
      parse: (text) => wholeNumber(text, { min: 0, max: 1_000_000_000 }),
    },
  ],
  [
    'maintenance.packs',
    {
      about: 'how many packs may gather before they become fewer',
      form: 'a number; 20 if unset',
      parse: (text) => wholeNumber(text, { min: 1, max: 1_000_000_000 }),
    },
  ],
  [
    'shared',
    {
      about: 'whether the group of the folder may write',
      form: "'no' or 'group'",
      parse: (text) => (text === 'no' || text === 'group' ? text : undefined),
    },
  ],
]);

/** @throws InvalidInputError `SETTING_UNKNOWN`, `SETTING_INVALID` */
export function parseSetting(key: string, text: string): SettingValue {
  const setting = SETTINGS.get(key);
  if (setting === undefined) {
    throw new InvalidInputError('SETTING_UNKNOWN', `no setting is named '${key.slice(0, 80)}'`, {
      hint: `choose one of ${[...SETTINGS.keys()].join(', ')}`,
    });
  }
  const value = setting.parse(text);
  if (value !== undefined) return value;
  throw new InvalidInputError('SETTING_INVALID', `cannot set '${key}' to '${text.slice(0, 80)}'`, {
    hint: `give ${setting.form}`,
  });
}

/**
 * `config.json`: what a store is. One JSON object with exactly these members:
 *
 *   format        1: the number of this format; a reader refuses a greater one
 *   id            a UUID, lower case, made at `init`
 *   objectFormat  `sha256`
 *   requires      names of what a reader must know besides; one that it does not know makes it refuse
 *   settings      text, numbers and truth values by name; one that it does not know is a warning
 *
 * At most 64 KiB.
 */
import { compareText } from '../bytes/compare.ts';
import { decodeText, encodeText, escapeText } from '../bytes/text.ts';
import { CorruptError, RefusedError } from '../errors/errors.ts';
import { parseSetting, SETTINGS, type Settings, type SettingValue } from './settings.ts';

export interface StoreConfig {
  readonly id: string;
  readonly settings: Settings;
}

export const MAX_CONFIG_BYTES: number = 64 * 1024;
const FORMAT = 1;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MEMBERS = 'format,id,objectFormat,requires,settings';

/** @throws RefusedError `TOO_LARGE` over 64 KiB */
export function encodeConfig({ id, settings }: StoreConfig): Uint8Array {
  const sorted = Object.fromEntries([...settings].sort(([left], [right]) => compareText(left, right)));
  const config = { format: FORMAT, id, objectFormat: 'sha256', requires: [], settings: sorted };
  const bytes = encodeText(`${JSON.stringify(config, null, 2)}\n`);
  if (bytes.length <= MAX_CONFIG_BYTES) return bytes;
  throw new RefusedError('TOO_LARGE', 'settings do not fit in 64 KiB', { hint: 'unset some of them' });
}

/**
 * @throws CorruptError `CONFIG_INVALID`
 * @throws RefusedError `FORMAT_TOO_NEW`, `REQUIREMENT_UNKNOWN` for a store of a newer caskit
 */
export function decodeConfig(bytes: Uint8Array): StoreConfig {
  const json = parseObject(bytes);
  const { format, id, objectFormat, requires, settings } = json;
  if (typeof format !== 'number' || !Number.isSafeInteger(format) || format < 1)
    throw invalid('format is no number');
  if (format > FORMAT) throw tooNew('FORMAT_TOO_NEW', `format ${format}`);
  if (!Array.isArray(requires) || !requires.every((name) => typeof name === 'string')) {
    throw invalid('requires is no list of names');
  }
  if (requires.length > 0)
    throw tooNew('REQUIREMENT_UNKNOWN', `'${escapeText(String(requires[0]).slice(0, 80))}'`);
  if (Object.keys(json).sort().join() !== MEMBERS) throw invalid(`its members are not ${MEMBERS}`);
  if (typeof id !== 'string' || !UUID.test(id)) throw invalid('id is no UUID in lower case');
  if (objectFormat !== 'sha256') throw invalid("objectFormat is not 'sha256'");
  return { id, settings: parseSettings(settings) };
}

/** What a reader should say about settings that it does not know. */
export function warningsOf({ settings }: StoreConfig): string[] {
  return [...settings.keys()]
    .filter((key) => !SETTINGS.has(key))
    .map((key) => `setting '${key.slice(0, 80)}' is unknown to this version, and is not used`);
}

function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const text = bytes.length > MAX_CONFIG_BYTES ? undefined : decodeText(bytes);
  if (text === undefined) throw invalid('it is not UTF-8, or over 64 KiB');
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json))
      return json as Record<string, unknown>;
  } catch (cause) {
    throw invalid('it is not JSON', cause);
  }
  throw invalid('it is not a JSON object');
}

function parseSettings(json: unknown): Settings {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw invalid('settings is no object');
  const settings = new Map<string, SettingValue>();
  for (const [key, value] of Object.entries(json)) {
    if (typeof value !== 'string' && !Number.isFinite(value) && typeof value !== 'boolean') {
      throw invalid(`setting '${key.slice(0, 80)}' is no text, finite number or truth value`);
    }
    settings.set(key, SETTINGS.has(key) ? parseKnown(key, value as SettingValue) : (value as SettingValue));
  }
  return settings;
}

function parseKnown(key: string, value: SettingValue): SettingValue {
  try {
    return parseSetting(key, String(value));
  } catch (cause) {
    throw invalid(`setting '${key}' has a value that it cannot have`, cause);
  }
}

function invalid(fault: string, cause?: unknown): CorruptError {
  return new CorruptError('CONFIG_INVALID', `cannot read the store's config.json: ${fault}`, {
    hint: 'mend the file by hand; docs/format.md shows what stands in it, and any UUID will do as id',
    cause,
  });
}

function tooNew(code: string, what: string): RefusedError {
  return new RefusedError(code, `store needs ${what}, which this version does not know`, {
    hint: 'upgrade caskit',
  });
}

/**
 * Points in time as stores write them: `YYYY-MM-DDTHH:MM:SSZ`, UTC, whole seconds, years 0000 to 9999.
 *
 * In memory it is a count of seconds since 1970-01-01T00:00:00Z, negative before.
 */
const PATTERN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

export const MIN_TIME_SECONDS: number = Date.parse('0000-01-01T00:00:00Z') / 1000;
export const MAX_TIME_SECONDS: number = Date.parse('9999-12-31T23:59:59Z') / 1000;

/** @param seconds whole, within {@link MIN_TIME_SECONDS} and {@link MAX_TIME_SECONDS} */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  // Not toISOString(): its first call makes the engine load all time zones, which takes longer than most commands.
  const day = [
    digits(date.getUTCFullYear(), 4),
    digits(date.getUTCMonth() + 1, 2),
    digits(date.getUTCDate(), 2),
  ];
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map((part) =>
    digits(part, 2),
  );
  return `${day.join('-')}T${time.join(':')}Z`;
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

/** The seconds that `text` says, or `undefined` when it is not exactly one time as {@link formatTime} writes it. */
export function parseTime(text: string): number | undefined {
  if (!PATTERN.test(text)) return undefined;
  const seconds = Date.parse(text) / 1000;
  return Number.isNaN(seconds) || formatTime(seconds) !== text ? undefined : seconds; // no 31st of February
}

export function isTimeSeconds(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= MIN_TIME_SECONDS && seconds <= MAX_TIME_SECONDS;
}

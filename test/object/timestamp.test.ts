import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatTime,
  isTimeSeconds,
  MAX_TIME_SECONDS,
  MIN_TIME_SECONDS,
  parseTime,
} from '../../src/object/timestamp.ts';
import { anyTimeSeconds } from '../arbitraries/snapshots.ts';

describe('formatTime() and parseTime()', () => {
  test('every second that may be written comes back', () => {
    fc.assert(
      fc.property(anyTimeSeconds(), (seconds) => {
        expect(isTimeSeconds(seconds)).toBe(true);
        expect(parseTime(formatTime(seconds))).toBe(seconds);
      }),
      { numRuns: 1000 },
    );
  });

  test('text that parses is formatted as it was', () => {
    const parts = ['month', 'day', 'hour', 'minute', 'second'].map(() => fc.nat(61));
    const text = fc.tuple(fc.nat(9999), ...parts).map(([year, ...rest]) => {
      const [month, day, hour, minute, second] = rest.map((part) => String(part).padStart(2, '0'));
      return `${String(year).padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}Z`;
    });
    fc.assert(
      fc.property(text, (written) => {
        const seconds = parseTime(written);
        if (seconds !== undefined) expect(formatTime(seconds)).toBe(written);
      }),
      { numRuns: 2000 },
    );
  });

  test('later seconds sort after earlier ones as text', () => {
    fc.assert(
      fc.property(anyTimeSeconds(), anyTimeSeconds(), (left, right) => {
        expect(formatTime(left) < formatTime(right)).toBe(left < right);
      }),
    );
  });

  test.each([
    ['1970-01-01T00:00:00Z', 0],
    ['1969-12-31T23:59:59Z', -1],
    ['2024-02-29T12:00:00Z', 1_709_208_000],
    ['0000-01-01T00:00:00Z', MIN_TIME_SECONDS],
    ['9999-12-31T23:59:59Z', MAX_TIME_SECONDS],
  ])('%s is %i', (text, seconds) => {
    expect(parseTime(text)).toBe(seconds);
    expect(formatTime(seconds)).toBe(text);
  });

  test.each([
    '',
    '2023-02-29T00:00:00Z',
    '2023-02-31T00:00:00Z',
    '2023-13-01T00:00:00Z',
    '2023-00-01T00:00:00Z',
    '2023-01-01T24:00:00Z',
    '2023-01-01T23:59:60Z',
    '2023-01-01T00:00:00.000Z',
    '2023-01-01T00:00:00+00:00',
    '2023-01-01T00:00:00',
    '2023-01-01 00:00:00Z',
    '2023-01-01T00:00:00z',
    '2023-1-1T0:0:0Z',
    ' 2023-01-01T00:00:00Z',
    '2023-01-01T00:00:00Z\n',
    '+002023-01-01T00:00:00Z',
    '-000001-01-01T00:00:00Z',
    '30000-01-01T00:00:00Z',
    '٢٠٢٣-01-01T00:00:00Z',
  ])('parseTime() is undefined for %j', (text) => {
    expect(parseTime(text)).toBeUndefined();
  });

  test.each([NaN, Infinity, -Infinity, 0.5, MIN_TIME_SECONDS - 1, MAX_TIME_SECONDS + 1])(
    'isTimeSeconds() is false for %d',
    (seconds) => {
      expect(isTimeSeconds(seconds)).toBe(false);
    },
  );
});

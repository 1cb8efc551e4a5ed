import { expect, test } from 'vitest';
import { formatSize } from '../../src/cli/format.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [12_345, '12.3 kB'],
  [999_499, '999 kB'],
  [999_600, '1.00 MB'],
  [257_753_748, '258 MB'],
  [2 ** 31, '2.15 GB'],
  [999_999_999_999, '1.00 TB'],
  [Number.MAX_SAFE_INTEGER, '9.01 PB'],
])('formatSize(%d) is %s', (bytes, text) => expect(formatSize(bytes)).toBe(text));

/** What a terminal is told while a long command runs. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ProgressLine } from '../../src/cli/progress-line.ts';
import type { ProgressEvent } from '../../src/index.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 0 }));
afterEach(() => void vi.useRealTimers());

function shown(event: ProgressEvent, columns = 80): string {
  let text = '';
  const line = new ProgressLine({ write: (piece: string) => (text += piece), columns });
  line.show(event);
  expect(text).toBe(''); // a short command says nothing
  vi.setSystemTime(Date.now() + 2500);
  line.show(event);
  return text.replace('\r\x1b[K', '');
}

test.each([
  [{ phase: 'reading', done: 12, unit: 'files', bytes: 3_145_728 }, 'reading: 12 files, 3.15 MB, 2 s'],
  [{ phase: 'writing', done: 12, total: 40, unit: 'objects' }, 'writing: 12/40 (30 %) objects, 2 s'],
  [{ phase: 'receiving', done: 3_145_728, unit: 'bytes', bytes: 3_145_728 }, 'receiving: 3.15 MB, 2 s'],
  [{ phase: 'checking', done: 1000, total: 4000, unit: 'bytes' }, 'checking: 1.00 kB/4.00 kB (25 %), 2 s'],
])('%j', (event, line) => {
  expect(shown(event)).toBe(line);
});

test('a line is no wider than the terminal', () => {
  expect(shown({ phase: 'reading', done: 12, unit: 'files' }, 11)).toBe('reading: 1');
});

/** What the benchmarks say of what they measured. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BARS, type Bar } from '../../bench/bars.mjs';
import { formatReport, judge, verdict } from '../../bench/report.mjs';
import { median } from '../../bench/sitting.mjs';

const WALL = 'wallSeconds';

/** Findings of one step `s`, by who was measured. */
function findings(seconds: Record<string, number[]>) {
  const samples = Object.fromEntries(
    Object.entries(seconds).map(([name, values]) => [name, values.map((value) => ({ [WALL]: value }))]),
  );
  return { versions: {}, machine: {}, steps: { s: { day: '2026-01-31', samples } } };
}

const bar = (more: Partial<Bar>): Bar => ({ step: 's', what: 'it', metric: WALL, ...more });

test('the median is the middle, or between the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('a ratio is the median of the ratios of runs side by side', () => {
  const judged = judge(bar({ against: ['git'] }), findings({ cas: [1, 2, 9], git: [2, 8, 10] }));
  expect(judged).toEqual({ ours: 2, theirs: 8, results: [0.5, 0.25, 0.9], result: 0.5 });
});

test('several peers are added, differences are ours over theirs, and a speed-up is turned round', () => {
  const found = findings({ cas: [3], git: [1], node: [1] });
  expect(judge(bar({ against: ['git', 'node'] }), found)?.result).toBe(1.5);
  expect(judge(bar({ against: ['git'], by: 'difference' }), found)?.result).toBe(2);
  expect(judge(bar({ against: ['git'], by: 'speed-up' }), found)?.result).toBeCloseTo(1 / 3);
});

test('what was not measured, or not by all, is not judged', () => {
  expect(judge(bar({ step: 'other' }), findings({ cas: [1] }))).toBeUndefined();
  expect(judge(bar({ against: ['git'] }), findings({ cas: [1] }))).toBeUndefined();
  expect(judge(bar({ against: ['git'] }), findings({ cas: [1, 2], git: [1] }))).toBeUndefined();
});

test('a verdict says whether bar and aim are met', () => {
  expect(verdict(bar({ bar: 1 }), 1)).toBe('met');
  expect(verdict(bar({ bar: 1 }), 1.01)).toBe('**short**');
  expect(verdict(bar({ bar: 1, aim: 0.5 }), 0.6)).toBe('met');
  expect(verdict(bar({ bar: 1, aim: 0.5 }), 0.5)).toBe('met, aim too');
  expect(verdict(bar({ bar: 20, by: 'speed-up' }), 19)).toBe('**short**');
  expect(verdict(bar({ bar: 20, aim: 40, by: 'speed-up' }), 41)).toBe('met, aim too');
  expect(verdict(bar({ aim: 1 }), 2)).toBe('aim not met');
});

test('every bar has its row, in the report and in the document', () => {
  const report = formatReport(findings({}));
  const document = existsSync('docs/benchmarks.md') ? readFileSync('docs/benchmarks.md', 'utf8') : report;
  for (const { what } of BARS) {
    expect(report).toContain(`| ${what} |`);
    expect(document).toContain(`| ${what} |`);
  }
});

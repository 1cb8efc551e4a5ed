/** Each promise names its tests: they are there. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const text = readFileSync('docs/promises.md', 'utf8');

test('every test that a promise names exists', () => {
  const named = [...text.matchAll(/`((?:test|torture)\/[^`]+)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});

test('each of the ten promises says what it does not cover, and what shows it', () => {
  const promises = text.split(/^## /m).filter((section) => /^C\d+\. /.test(section));
  expect(promises.map((section) => section.slice(0, section.indexOf('.')))).toEqual(
    Array.from({ length: 10 }, (_, at) => `C${at + 1}`),
  );
  for (const section of promises.slice(0, -1)) {
    expect(section).toMatch(/^\*Not covered:\* /m);
    expect(section).toMatch(/^\*Shown by\* `(?:test|torture)\//m);
  }
});

/** Inputs that were found by fuzzing, each tried again: what broke a promise once breaks none any more. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readFound } from '../../torture/fuzz/found.ts';
import { findFault } from '../../torture/fuzz/running.ts';
import { TARGETS } from '../../torture/fuzz/targets.ts';

const FOLDER = 'fixtures/found';

describe.each(TARGETS)('$name', (target) => {
  test('ends right for every seed', async () => {
    for (const bytes of target.seeds) expect(await findFault(target, new Uint8Array(bytes))).toBeUndefined();
  });

  test('ends right for every input that was found', async () => {
    for (const { bytes, broke } of readFound(FOLDER, target.name))
      expect(await findFault(target, bytes), broke).toBeUndefined();
  });
});

test('all that was found is of some target', () => {
  const names = TARGETS.map(({ name }) => `${name}.txt`);
  for (const file of readdirSync(FOLDER)) expect(names).toContain(file);
});

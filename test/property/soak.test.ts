/** The soak of `torture/attacks/soak` itself: lives are the same each time, and what breaks one is found in a few steps. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashBytes } from '../../src/index.ts';
import { StepSource } from '../../torture/attacks/soak/draw.ts';
import { type LabelRequest, NO_LABELS, planRequests } from '../../torture/attacks/soak/label-model.ts';
import { Life } from '../../torture/attacks/soak/life.ts';
import { profileOf } from '../../torture/attacks/soak/profile.ts';
import { shrink } from '../../torture/attacks/soak/shrink.ts';

const SEED = 5;

test.skipIf(process.platform !== 'linux')('a life is the same each time', async () => {
  const profile = profileOf(SEED);
  const lived: unknown[] = [];
  // The first one loads what is loaded when it is needed, which takes as long as it takes.
  for (let time = 0; time < 3; time++) {
    await using life = new Life(profile);
    await life.begin();
    for (const step of new StepSource(profile).draw(60)) await life.take(step);
    await life.end();
    lived.push({ ...life.tally, now: Date.now() });
  }
  expect(lived[2]).toEqual(lived[1]);
  expect(Date.now()).not.toBe((lived[0] as { readonly now: number }).now);
});

test('shrink() leaves out all that is not needed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(400), { minLength: 1, maxLength: 5 }), async (needed) => {
      const all = Array.from({ length: 401 }, (_, at) => at);
      const breaks = async (some: readonly number[]): Promise<boolean> =>
        needed.every((each) => some.includes(each));
      expect(await shrink(all, breaks, 1_000_000)).toEqual(needed.toSorted((left, right) => left - right));
    }),
    { numRuns: 20 },
  );
});

test('the model of labels does all of some requests or nothing', () => {
  const id = hashBytes(new Uint8Array(1));
  const plain = { expect: undefined, force: false } as const;
  const make: LabelRequest = { ...plain, name: 'a', verb: 'create', id };
  const made = planRequests(NO_LABELS, [make], 1);
  expect(made.kind).toBe('done');
  if (made.kind !== 'done') return;
  expect(planRequests(made.state, [make], 2)).toMatchObject({ codes: new Set(['LABEL_MOVED']) });
  const clash: LabelRequest = { ...make, name: 'a/b' };
  expect(planRequests(made.state, [clash], 2)).toMatchObject({ codes: new Set(['LABEL_CLASH']) });
  const renamed = planRequests(made.state, [{ ...plain, name: 'a', verb: 'rename', to: 'b' }], 3);
  expect(renamed).toMatchObject({ kind: 'done', hasChanged: true });
});

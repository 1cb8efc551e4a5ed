/** A share of every attack that is not told of beside what it attacks. TORTURE_SHARE asks for more. */
import { test } from 'vitest';
import { clocks } from '../../torture/attacks/concurrency/clocks.ts';
import { coarseTimes } from '../../torture/attacks/concurrency/coarse-times.ts';
import { increments } from '../../torture/attacks/concurrency/increments.ts';
import { stopped } from '../../torture/attacks/concurrency/stopped.ts';
import { everyCall } from '../../torture/attacks/crash/every-call.ts';
import { kill } from '../../torture/attacks/crash/kill.ts';
import { powerCut } from '../../torture/attacks/crash/power-cut.ts';
import { expectToWithstand, SHARE_MS } from './share.ts';

test.each([
  { attack: kill, trials: 12 },
  { attack: powerCut, trials: 8 },
  { attack: everyCall, trials: 60 },
  { attack: increments, trials: 1 },
  { attack: clocks, trials: 1 },
  { attack: coarseTimes, trials: 1 },
  { attack: stopped, trials: 1 },
])(
  'a store withstands $trials trials of $attack.name',
  ({ attack, trials }) => expectToWithstand(attack, trials),
  SHARE_MS,
);

/** A share of every attack that is not told of beside what it attacks. TORTURE_SHARE asks for more. */
import { test } from 'vitest';
import { clocks } from '../../torture/attacks/concurrency/clocks.ts';
import { coarseTimes } from '../../torture/attacks/concurrency/coarse-times.ts';
import { increments } from '../../torture/attacks/concurrency/increments.ts';
import { stopped } from '../../torture/attacks/concurrency/stopped.ts';
import { crashStates } from '../../torture/attacks/crash/crash-states.ts';
import { everyCall } from '../../torture/attacks/crash/every-call.ts';
import { fullDisk } from '../../torture/attacks/crash/full-disk.ts';
import { kill } from '../../torture/attacks/crash/kill.ts';
import { lyingDisk } from '../../torture/attacks/crash/lying-disk.ts';
import { powerCut } from '../../torture/attacks/crash/power-cut.ts';
import { thinDisk } from '../../torture/attacks/crash/thin-disk.ts';
import { damagedBytes } from '../../torture/attacks/damage/damaged-bytes.ts';
import { recovery } from '../../torture/attacks/damage/recovery.ts';
import { fuzz } from '../../torture/attacks/hostile/fuzz.ts';
import { hostileTars } from '../../torture/attacks/hostile/hostile-tars.ts';
import { oddDisks } from '../../torture/attacks/hostile/odd-disks.ts';
import { gitRepositories } from '../../torture/attacks/interop/git-repositories.ts';
import { TARGETS } from '../../torture/fuzz/targets.ts';

const TIMES = Number(process.env['TORTURE_SHARE'] ?? 1);

test.each([
  { attack: kill, trials: 10 * TIMES },
  { attack: powerCut, trials: 6 * TIMES },
  { attack: everyCall, trials: 40 * TIMES },
  { attack: fullDisk, trials: 12 * TIMES },
  { attack: thinDisk, trials: 2 * TIMES },
  { attack: lyingDisk, trials: 3 * TIMES },
  { attack: increments, trials: TIMES },
  { attack: collections, trials: TIMES },
  { attack: clocks, trials: TIMES },
  { attack: coarseTimes, trials: TIMES },
  { attack: stopped, trials: TIMES },
  { attack: locks, trials: TIMES },
  { attack: hostileTars, trials: 100 * TIMES },
  { attack: oddDisks, trials: 12 * TIMES },
  { attack: fuzz, trials: TARGETS.length * TIMES },
  { attack: crashStates, trials: 2 * TIMES },
  { attack: damagedBytes, trials: 100 * TIMES },
  { attack: recovery, trials: 8 * TIMES },
  { attack: gitRepositories, trials: 5 * TIMES },
import { expectToWithstand, SHARE_MS } from './share.ts';

test.each([
])(
  'a store withstands $trials trials of $attack.name',
  ({ attack, trials }) => expectToWithstand(attack, trials),
  SHARE_MS,
);

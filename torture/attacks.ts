/** All attacks, in the order in which they are tried. */
import type { Attack } from './attack.ts';
import { everyCall } from './attacks/crash/every-call.ts';
import { kill } from './attacks/crash/kill.ts';
import { powerCut } from './attacks/crash/power-cut.ts';
import { damagedBytes } from './attacks/damage/damaged-bytes.ts';
import { bombs } from './attacks/hostile/bombs.ts';
import { hostileTars } from './attacks/hostile/hostile-tars.ts';
import { largeContent } from './attacks/hostile/large-content.ts';
import { oddDisks } from './attacks/hostile/odd-disks.ts';

export const ATTACKS: readonly Attack[] = [
  // Crashes.
  kill,
  powerCut,
  everyCall,
  // Damage.
  damagedBytes,
  // Hostile input.
  hostileTars,
  oddDisks,
  bombs,
  largeContent,
];

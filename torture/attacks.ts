/** All attacks, in the order in which they are tried. */
import type { Attack } from './attack.ts';
import { everyCall } from './attacks/crash/every-call.ts';
import { fullDisk } from './attacks/crash/full-disk.ts';
import { kill } from './attacks/crash/kill.ts';
import { lyingDisk } from './attacks/crash/lying-disk.ts';
import { powerCut } from './attacks/crash/power-cut.ts';
import { thinDisk } from './attacks/crash/thin-disk.ts';
import { damagedBytes } from './attacks/damage/damaged-bytes.ts';

export const ATTACKS: readonly Attack[] = [
  // Crashes.
  kill,
  powerCut,
  everyCall,
  fullDisk,
  thinDisk,
  lyingDisk,
  // Damage.
  damagedBytes,
];

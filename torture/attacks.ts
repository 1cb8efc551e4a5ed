/** All attacks, in the order in which they are tried. */
import type { Attack } from './attack.ts';
import { everyCall } from './attacks/crash/every-call.ts';
import { kill } from './attacks/crash/kill.ts';
import { powerCut } from './attacks/crash/power-cut.ts';
import { damagedBytes } from './attacks/damage/damaged-bytes.ts';
import { soak } from './attacks/soak/soak.ts';

export const ATTACKS: readonly Attack[] = [
  // Crashes.
  kill,
  powerCut,
  everyCall,
  // Damage.
  damagedBytes,
  // All of it at once, for long.
  soak,
];

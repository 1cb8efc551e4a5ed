/** All attacks, in the order in which they are tried. */
import type { Attack } from './attack.ts';
import { crashStates } from './attacks/crash/crash-states.ts';
import { everyCall } from './attacks/crash/every-call.ts';
import { kill } from './attacks/crash/kill.ts';
import { powerCut } from './attacks/crash/power-cut.ts';
import { damagedBytes } from './attacks/damage/damaged-bytes.ts';
import { recovery } from './attacks/damage/recovery.ts';
import { gitRepositories } from './attacks/interop/git-repositories.ts';

export const ATTACKS: readonly Attack[] = [
  // Crashes.
  kill,
  powerCut,
  everyCall,
  crashStates,
  // Damage.
  damagedBytes,
  recovery,
  // Beside git.
  gitRepositories,
];

/** All attacks, in the order in which they are tried. */
import type { Attack } from './attack.ts';
import { clocks } from './attacks/concurrency/clocks.ts';
import { coarseTimes } from './attacks/concurrency/coarse-times.ts';
import { collections } from './attacks/concurrency/collections.ts';
import { increments } from './attacks/concurrency/increments.ts';
import { locks } from './attacks/concurrency/locks.ts';
import { stopped } from './attacks/concurrency/stopped.ts';
import { crashStates } from './attacks/crash/crash-states.ts';
import { everyCall } from './attacks/crash/every-call.ts';
import { fullDisk } from './attacks/crash/full-disk.ts';
import { kill } from './attacks/crash/kill.ts';
import { lyingDisk } from './attacks/crash/lying-disk.ts';
import { powerCut } from './attacks/crash/power-cut.ts';
import { thinDisk } from './attacks/crash/thin-disk.ts';
import { damagedBytes } from './attacks/damage/damaged-bytes.ts';
import { recovery } from './attacks/damage/recovery.ts';
import { bombs } from './attacks/hostile/bombs.ts';
import { fuzz } from './attacks/hostile/fuzz.ts';
import { hostileTars } from './attacks/hostile/hostile-tars.ts';
import { largeContent } from './attacks/hostile/large-content.ts';
import { oddDisks } from './attacks/hostile/odd-disks.ts';
import { gitRepositories } from './attacks/interop/git-repositories.ts';
import { soak } from './attacks/soak/soak.ts';
import { brokenTransfer } from './attacks/sync/broken-transfer.ts';
import { crowdedServer } from './attacks/sync/crowded-server.ts';

export const ATTACKS: readonly Attack[] = [
  // Crashes.
  kill,
  powerCut,
  everyCall,
  crashStates,
  fullDisk,
  thinDisk,
  lyingDisk,
  // Damage.
  damagedBytes,
  recovery,
  // Several at once.
  increments,
  collections,
  clocks,
  coarseTimes,
  stopped,
  locks,
  // Hostile input.
  hostileTars,
  oddDisks,
  fuzz,
  bombs,
  largeContent,
  // Beside git.
  gitRepositories,
  // Between stores.
  brokenTransfer,
  crowdedServer,
  // All of it at once, for long.
  soak,
];

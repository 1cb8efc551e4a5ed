/** What goes wrong, drawn by chance. */
import type { FaultyCall } from '../../../test/fakes/faults.ts';
import type { Dice } from '../../dice.ts';
import type { Harm } from './operation.ts';

const ERRNOS = ['EIO', 'ENOSPC', 'ENOSPC', 'EMFILE', 'EACCES', 'EROFS'];
/** Those that a disk which is full, or breaks, refuses first. */
const CALLS: readonly (FaultyCall | undefined)[] = [
  undefined,
  undefined,
  undefined,
  'write',
  'sync',
  'sync-folder',
  'create',
  'rename',
  'link',
  'remove',
  'read',
  'open',
  'stat',
  'list',
  'touch',
];
const LOSSES = ['dropped', 'names-kept', 'random', 'random', 'nothing'] as const;

export function drawHarm(dice: Dice): Harm {
  const kind = dice.weighed({ errors: 5, death: 3, cut: 3 });
  const calls = Math.floor(4 ** (dice.share() * 4.5)); // most things take a few calls, and some hundreds
  if (kind === 'death') return { kind, calls };
  if (kind === 'cut') {
    const loss = dice.pick(LOSSES);
    return {
      kind,
      calls,
      loss: loss === 'random' ? { kind: loss, seed: dice.below(1_000_000) } : { kind: loss },
    };
  }
  const call = dice.pick(CALLS);
  const at = call === undefined ? calls : 1 + dice.below(6);
  return { kind, errno: dice.pick(ERRNOS), call, at, times: dice.pick(['once', 'from-then-on']) };
}

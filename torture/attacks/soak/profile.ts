/** What kind of a store a trial has: a few things are so or so, by its seed. */
import type { CodecChoice } from '../../../src/zlib/choose.ts';
import { Dice } from '../../dice.ts';

export interface Profile {
  readonly seed: number;
  /** How many processes have the store open. */
  readonly handles: number;
  readonly size: 'short' | 'long';
  /** What streams compresses is done on other threads, which no seed tells when to answer. */
  readonly codec: CodecChoice;
  readonly tickNs: bigint;
  readonly windowDays: number;
  readonly hasAliases: boolean;
  readonly settings: Readonly<Record<string, string>>;
}

const LONG_SHARE = 0.06;

export function profileOf(seed: number): Profile {
  const dice = new Dice(seed);
  const size = dice.chance(LONG_SHARE) ? 'long' : 'short';
  const hasAliases = dice.chance(0.3);
  const windowDays = dice.pick([0, 30, 90]);
  const settings = {
    'labels.window': `${windowDays}d`,
    ...(hasAliases && { aliases: 'sha1' }),
    ...(size === 'long' && { 'chunk.threshold': `${2 ** 20}`, 'zlib.level': '0' }),
    ...(dice.chance(0.3) && { 'pack.newest': 'whole' }),
  };
  return {
    seed,
    handles: dice.pick([1, 2, 2, 3]),
    size,
    codec: size === 'long' ? 'pako' : 'native',
    tickNs: dice.pick([1n, 4_000_000n, 1_000_000_000n]),
    windowDays,
    hasAliases,
    settings,
  };
}

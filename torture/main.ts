/** `npm run torture`: attacks stores for some minutes, and says what held. */
import { parseArgs } from 'node:util';
import type { Attack, Ground } from './attack.ts';
import { ATTACKS } from './attacks.ts';
import { Grounds, scratchPlace } from './ground.ts';
import { formatTable, type Tally } from './table.ts';

/** After so many, an attack has made its point. */
const MAX_FAILURES = 10;

const USAGE = `usage: npm run torture -- [OPTIONS]

  --minutes N    in all, shared by the attacks [default: 5]
  --seed S       of the first trial; a trial that failed is named by its own [default: 1]
  --trials N     of each attack at most [default: as many as there is time for]
  --only NAMES   of ${ATTACKS.map(({ name }) => name).join(',')} [default: all]
  --within DIR   where scratch files go, some 500 MB [default: ${scratchPlace()}]

Real power cuts need root, loop devices, mkfs.ext4, mkfs.xfs and xfs_io; calls that fail need Linux and gcc.
Stopped by Ctrl-C, it tells what was tried until then. Exits with 1 where a promise was broken.
`;

interface Limits {
  /** Asked to end: what was tried until then is told. */
  readonly signal: AbortSignal;
  readonly seed: number;
  readonly trials: number;
  readonly endMs: number;
}

/** One trial after the other, until there is no time left, or nothing to try. */
async function tryOut(attack: Attack, ground: Ground, limits: Limits): Promise<Tally> {
  const start = Date.now();
  const { name, trials, bar } = attack;
  const missing = attack.missing();
  const tally = { name, trials, bar, missing, passed: 0, isWhole: false };
  const failures: { readonly seed: number; readonly broken: string }[] = [];
  const counts: Record<string, number> = {};
  await using campaign = missing === undefined ? await attack.prepare(ground) : undefined;
  for (let seed = limits.seed; seed - limits.seed < limits.trials && !tally.isWhole; seed++) {
    if (
      campaign === undefined ||
      limits.signal.aborted ||
      Date.now() >= limits.endMs ||
      failures.length >= MAX_FAILURES
    )
      break;
    try {
      const found = await campaign.attempt(seed);
      if (found === undefined) tally.isWhole = true;
      else tally.passed++;
      for (const [what, count] of Object.entries(found ?? {})) counts[what] = (counts[what] ?? 0) + count;
    } catch (error) {
      const broken = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      process.stderr.write(`${attack.name}, seed ${seed}: ${broken}\n`);
      failures.push({ seed, broken });
    }
  }
  return { ...tally, failures, counts, seconds: (Date.now() - start) / 1000 };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '5' },
      seed: { type: 'string', default: '1' },
      trials: { type: 'string' },
      only: { type: 'string' },
      within: { type: 'string', default: scratchPlace() },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const wanted = ATTACKS.filter(({ name }) => values.only?.split(',').includes(name) ?? true);
  const shareMs = (Number(values.minutes) * 60_000) / wanted.length;
  const programs = process.env['TORTURE_PROGRAMS'] ?? '';
  const sources = process.env['TORTURE_SOURCES'] ?? '';
  using grounds = new Grounds(values.within, { programs, sources });
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort());
  const tallies: Tally[] = [];
  for (const attack of wanted) {
    const seed = Number(values.seed);
    const trials = Number(values.trials ?? Number.POSITIVE_INFINITY);
    tallies.push(
      await tryOut(attack, grounds.next(), {
        seed,
        trials,
        endMs: Date.now() + shareMs,
        signal: ending.signal,
      }),
    );
  }
  process.stdout.write(`${formatTable(tallies)}\n`);
  process.exitCode = tallies.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

void main();

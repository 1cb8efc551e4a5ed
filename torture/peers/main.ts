/** `npm run torture:peers`: what becomes of other programs' repositories, and of this one's, under the same faults. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Grounds, scratchPlace } from '../ground.ts';
import { borg } from './borg.ts';
import { caskit } from './caskit.ts';
import { kill, powerCut } from './crashes.ts';
import { damage } from './damage.ts';
import { failingSync } from './failing-sync.ts';
import type { Fault } from './fault.ts';
import { fullDisk } from './full-disk.ts';
import { git } from './git.ts';
import { restic } from './restic.ts';
import type { Subject } from './subject.ts';

const FAULTS: readonly Fault[] = [powerCut('ext4'), powerCut('xfs'), kill, damage, fullDisk, failingSync];
const SOURCES = process.env['TORTURE_SOURCES'] ?? '';
const SUBJECTS: readonly Subject[] = [
  git('as it comes'),
  git('all'),
  restic,
  borg,
  caskit(join(SOURCES, '../dist/bin/cas.cjs')),
];
const quoted = (names: readonly { readonly name: string }[]): string =>
  names.map(({ name }) => `'${name}'`).join(' ');

const USAGE = `usage: npm run torture:peers -- [OPTIONS]

  --trials N      of each fault with each subject [default: 10]
  --seed S        of the first trial [default: 1]
  --fault NAME    of ${quoted(FAULTS)}; may be repeated [default: all]
  --subject NAME  of ${quoted(SUBJECTS)}; may be repeated [default: all]
  --within DIR    where scratch files go, some 500 MB [default: ${scratchPlace()}]

Prints a row a subject and fault, and on the standard error what programs said where something was wrong.
Nothing has to hold, so that it always exits with 0. Programs that are not installed are left out, and said to be.
`;

interface Trials {
  readonly first: number;
  readonly count: number;
}

/** @returns a row of the table */
async function measure(subject: Subject, fault: Fault, { grounds, trials }: Measure): Promise<string> {
  const missing = subject.missing() ?? fault.missing();
  if (missing !== undefined) return row([fault.name, subject.name, '', `not tried: ${missing}`]);
  const counts = new Map(fault.outcomes.map((outcome) => [outcome, 0]));
  let tried = 0;
  try {
    await using harm = await fault.begin(subject, grounds.next());
    for (; tried < trials.count; tried++) {
      const seed = trials.first + tried;
      const trial = await harm.attempt(seed);
      for (const [name, count] of Object.entries(trial.counts))
        counts.set(name, (counts.get(name) ?? 0) + count);
      for (const complaint of trial.complaints) say(fault, subject, `seed ${seed}: ${complaint}`);
    }
  } catch (error) {
    say(fault, subject, `stopped after ${tried}: ${String(error)}`);
  }
  const told = Array.from(counts, ([name, count]) => `${count} ${name}`);
  return row([fault.name, subject.name, `${tried}`, told.join(', ')]);
}

function say(fault: Fault, subject: Subject, text: string): void {
  process.stderr.write(`${fault.name}, ${subject.name}, ${text}\n`);
}

interface Measure {
  readonly grounds: Grounds;
  readonly trials: Trials;
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      trials: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      fault: { type: 'string', multiple: true },
      subject: { type: 'string', multiple: true },
      within: { type: 'string', default: scratchPlace() },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const trials = { first: Number(values.seed), count: Number(values.trials) };
  using grounds = new Grounds(values.within, {
    programs: process.env['TORTURE_PROGRAMS'] ?? '',
    sources: SOURCES,
  });
  const subjects = SUBJECTS.filter(({ name }) => values.subject?.includes(name) ?? true);
  for (const subject of subjects.filter((one) => one.missing() === undefined))
    process.stdout.write(`${subject.name}: ${subject.version()}\n`);
  process.stdout.write(
    `\n${row(['fault', 'subject', 'trials', 'counted'])}${row(['---', '---', '---:', '---'])}`,
  );
  for (const fault of FAULTS.filter(({ name }) => values.fault?.includes(name) ?? true))
    for (const subject of subjects) process.stdout.write(await measure(subject, fault, { grounds, trials }));
}

void main();

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemError } from '../../index.ts';
import type { Command, CommandContext } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { count, formatCount, formatSize } from '../format.ts';
import { checkPlace, copyFolder, editsOf, findTourFolder } from '../tour/copy.ts';
import { TourShell } from '../tour/shell.ts';
import { digestFolder, type Survey, surveyFolder } from '../tour/survey.ts';

const LABEL = 'demo';
const COPY = 'copy';
const ARCHIVE = 'demo.tar';
const UNPACKED = 'unpacked';

export const tour: Command = {
  spec: {
    usage: 'tour [folder]',
    summary: 'show what cas does, with a folder of yours, and prove it',
    about: [
      'In a temporary store, commits FOLDER, by default the packages that cas was installed beside, then a changed',
      'copy of it; shows what changed and what both take; exports the copy as a tar, and compares what another',
      'program unpacks from it with the copy, byte by byte. FOLDER is only read; all else is removed at the end.',
    ].join('\n'),
    options: { keep: { kind: 'flag', about: 'keep the temporary folder, to try more in it' } },
    examples: [
      ['cas tour', 'needs nothing, and takes some seconds'],
      [
        'cas tour ~/photos --keep',
        'shows it with a folder of yours, and leaves the store for you to look at',
      ],
    ],
  },
  async run(args, context) {
    const folder = findTourFolder(args.text('folder'));
    const work = mkdtempSync(join(tmpdir(), 'cas-tour-'));
    const home = process.cwd();
    try {
      const survey = surveyFolder(folder);
      checkPlace(work, folder, survey);
      process.chdir(work); // so that every command is as short as a user would type it
      return await showAll(context, { folder, work, survey });
    } finally {
      process.chdir(home);
      context.progress.clear();
      if (args.flag('keep')) await context.out.line(`\nKept: cd ${work} && cas log ${LABEL}`);
      else await removeAll(work, context);
    }
  },
};

/** Some seconds for a large folder. */
async function removeAll(work: string, { note, out }: CommandContext): Promise<void> {
  await out.flush();
  note(`removing '${work}'`);
  rmSync(work, { recursive: true, force: true });
}

interface Exhibit {
  readonly folder: string;
  readonly work: string;
  readonly survey: Survey;
}

async function showAll(context: CommandContext, exhibit: Exhibit): Promise<number> {
  const startMs = performance.now();
  const { out } = context;
  const { folder, work, survey } = exhibit;
  const shell = new TourShell(context);
  await out.line(
    `A tour of cas in '${work}', with ${describe(survey)} of '${out.safe(folder)}', which is only read.`,
  );
  await showVersions(shell, context, exhibit);
  await showSizes(shell, context, survey);
  const isProved = await showProof(shell, context);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
  await shell.say(
    isProved
      ? `All is equal. That took ${seconds} s; now try 'cas init' in a folder of yours.`
      : 'Not equal!',
  );
  return isProved ? EXIT.ok : EXIT.no;
}

async function showVersions(
  shell: TourShell,
  context: CommandContext,
  { folder, survey }: Exhibit,
): Promise<void> {
  const watch = { onProgress: context.progress.show, signal: context.signal };
  await shell.say('A store is a folder. A commit stores what is in a folder under a label:');
  await shell.cas('init');
  await shell.cas('commit', LABEL, folder, '--no-ignore', '--skip-special', '-m', 'as it is');
  await shell.say('A changed copy of it is the next version under that label:');
  await shell.step(`cp -r ${folder} ${COPY}`, () => copyFolder({ from: folder, to: COPY }, survey, watch));
  for (const { shown, apply } of editsOf(COPY, survey)) await shell.step(shown, apply);
  await shell.cas('commit', LABEL, COPY, '--no-ignore', '-m', 'one changed, one new, one gone');
  await shell.say('Both are there, and what differs is known without looking at what does not:');
  await shell.cas('log', LABEL);
  await shell.cas('diff', `${LABEL}~1`, LABEL, '--stat');
}

async function showSizes(shell: TourShell, { out }: CommandContext, survey: Survey): Promise<void> {
  const both = survey.sizeBytes + surveyFolder(COPY).sizeBytes;
  const stored = surveyFolder('.cas/objects').sizeBytes;
  await shell.say('What that takes:');
  await out.line(`  both versions as folders  ${formatSize(both).padStart(8)}`);
  const share = stored >= both ? '' : `, ${((100 * stored) / both).toFixed(0)} % of it`;
  await out.line(`  both in the store         ${formatSize(stored).padStart(8)}${share}`);
}

/** @returns whether the copy came out of the store as it went in */
async function showProof(shell: TourShell, context: CommandContext): Promise<boolean> {
  await shell.say('What went in comes out, byte for byte: as a tar, which cas compares with what it stored,');
  await shell.cas('export', LABEL, '-o', ARCHIVE);
  await shell.cas('verify', LABEL, ARCHIVE);
  await shell.cas('verify', LABEL, COPY);
  await shell.say('and as another program unpacks it, compared by nothing but sizes and hashes of files:');
  mkdirSync(UNPACKED);
  const unpacked = await shell.step(`tar xf ${ARCHIVE} -C ${UNPACKED}`, () => unpack(context));
  if (!unpacked) await shell.cas('export', LABEL, '-o', `${UNPACKED}/`);
  const [left, right] = [await compareSide(context, COPY), await compareSide(context, UNPACKED)];
  return left === right;
}

/** Prints how much is in a folder, and the hash over all of it, which it returns. */
async function compareSide({ out, progress, signal }: CommandContext, folder: string): Promise<string> {
  const survey = surveyFolder(folder);
  const digest = await digestFolder(folder, survey, { onProgress: progress.show, signal });
  progress.clear();
  const counts = `${formatCount(survey.files)} files, ${formatCount(survey.sizeBytes)} bytes`;
  await out.line(`  ${folder.padEnd(UNPACKED.length)}  ${counts}, hash of all ${digest.slice(0, 32)}…`);
  return `${counts} ${digest}`;
}

/** @returns `false` where there is no tar on this machine @throws SystemError `TOUR_FAILED` */
async function unpack({ signal, out }: CommandContext): Promise<boolean> {
  const child = spawn('tar', ['xf', ARCHIVE, '-C', UNPACKED], {
    signal,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code === 0) return true;
    throw new SystemError('TOUR_FAILED', `'tar' ended with code ${code}`, { hint: 'see what it said' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await out.line('  (there is no tar here, so cas writes the folder itself)');
    return false;
  }
}

function describe({ files, sizeBytes }: Survey): string {
  return `${count(files, 'file')}, ${formatSize(sizeBytes)},`;
}

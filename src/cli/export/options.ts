/** What a user says of an export, and whether it fits the format. */
import { type ArchiveOptions, InvalidInputError, RefusedError } from '../../index.ts';
import type { Arguments, CommandContext, OptionSpec } from '../command.ts';
import { FORMATS, type Format, isArchive, outputOf, STANDARD_OUTPUT } from './format.ts';

const PROFILES = ['posix', 'portable'] as const;

export const EXPORT_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  output: { kind: 'text', about: 'where to [default: standard output]', alias: 'o', value: 'FILE|DIR/' },
  format: { kind: 'text', about: `${FORMATS.join(', ')}, whatever the name ends in`, value: 'FORMAT' },
  labels: {
    kind: 'texts',
    about: 'in place of REV: all labels like this, each in a folder of its name; may be repeated',
    value: 'GLOB',
  },
  include: {
    kind: 'texts',
    about: 'only what matches, as in .gitignore, and folders on the way; may be repeated',
    value: 'GLOB',
  },
  exclude: { kind: 'texts', about: 'leave out what matches; may be repeated', value: 'GLOB' },
  prefix: { kind: 'text', about: 'put everything below this path', value: 'PATH/' },
  layout: {
    kind: 'text',
    about: 'of representations: seed, v0, v1, v2 or v3; of theater: list or single',
    value: 'LAYOUT',
  },
  profile: { kind: 'text', about: "'portable' refuses names that not every system has", value: 'PROFILE' },
  force: { kind: 'flag', about: 'write into a folder that is not empty; replaces files', alias: 'f' },
  update: { kind: 'flag', about: 'make a folder equal to the set: touch only what differs', alias: 'u' },
  delete: { kind: 'flag', about: 'with --update: remove what is not in the set' },
  'dry-run': { kind: 'flag', about: 'with --update: list what would be done, and do nothing', alias: 'n' },
  zero: { kind: 'flag', about: 'with --dry-run: letter and raw path, each ended by NUL', alias: 'z' },
};

/** @throws InvalidInputError `PROFILE_UNKNOWN` */
export function archiveOptionsOf(args: Arguments, { progress, signal }: CommandContext): ArchiveOptions {
  return {
    include: args.texts('include'),
    exclude: args.texts('exclude'),
    prefix: args.text('prefix') ?? '',
    profile: profileOf(args),
    onProgress: progress.show,
    signal,
  };
}

function profileOf(args: Arguments): (typeof PROFILES)[number] {
  const named = args.text('profile') ?? 'posix';
  const profile = PROFILES.find((candidate) => candidate === named);
  if (profile !== undefined) return profile;
  throw new InvalidInputError('PROFILE_UNKNOWN', `unknown profile '${named.slice(0, 80)}'`, {
    hint: `choose one of ${PROFILES.join(', ')}`,
  });
}

/** An option that would be passed over in silence is none. @throws InvalidInputError `USAGE` @throws RefusedError `OUTPUT_IS_TERMINAL` */
export function checkExportOptions(args: Arguments, format: Format, { out }: CommandContext): void {
  const stray = strayOf(format).find((name) => isGiven(args, name));
  if (stray !== undefined) {
    throw usage(`--${stray} is not for the format '${format}'`, 'leave it out, or choose another --format');
  }
  const bare = args.flag('update') ? undefined : ['delete', 'dry-run'].find((name) => args.flag(name));
  if (bare !== undefined) throw usage(`--${bare} is for --update only`, 'give both, or leave it out');
  if (args.flag('update') && args.flag('force'))
    throw usage(
      '--force and --update exclude each other',
      'leave --force out: --update replaces what differs',
    );
  if (args.flag('zero') && !args.flag('dry-run'))
    throw usage('--zero is for --dry-run only', 'leave it out: nothing else lists paths');
  if (outputOf(args) !== STANDARD_OUTPUT) return;
  if (!isArchive(format)) throw usage('a folder needs a name', 'give it with -o DIR/');
  if (out.isTerminal) {
    throw new RefusedError('OUTPUT_IS_TERMINAL', 'will not write an archive to a terminal', {
      hint: 'name a file with -o FILE.tar, or pipe it on',
    });
  }
}

/** The options that a format has no use for. */
function strayOf(format: Format): readonly string[] {
  if (isArchive(format)) return ['force', 'update', 'delete', 'dry-run', 'layout'];
  if (format === 'dir') return ['layout'];
  return ['labels', 'include', 'exclude', 'prefix'];
}

function isGiven(args: Arguments, name: string): boolean {
  return args.flag(name) || args.text(name) !== undefined || args.texts(name).length > 0;
}

function usage(fault: string, hint: string): InvalidInputError {
  return new InvalidInputError('USAGE', fault, { hint });
}

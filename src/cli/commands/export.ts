import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type ArchiveOptions,
  type ByteStream,
  InvalidInputError,
  RefusedError,
  type View,
} from '../../index.ts';
import { writeArchive } from '../archive-file.ts';
import type { Arguments, Command, CommandContext } from '../command.ts';
import { count, formatSize } from '../format.ts';
import { optimizeLater } from '../optimize-later.ts';
import { OutputPipe } from '../output-pipe.ts';
import { writeOverlapped } from '../overlapped.ts';

const FORMATS = ['tar', 'tar.gz', 'zip', 'dir'] as const;
type Format = (typeof FORMATS)[number];
/** What the name of a file ends in, and so says which format it has. */
const ENDINGS: readonly (readonly [string, Format])[] = [
  ['.tar', 'tar'],
  ['.tar.gz', 'tar.gz'],
  ['.tgz', 'tar.gz'],
  ['.zip', 'zip'],
];

const PROFILES = ['posix', 'portable'] as const;

const STANDARD_OUTPUT = '-';

export const exportCommand: Command = {
  spec: {
    usage: 'export <rev>',
    summary: 'write a set out as a tar, a zip or a folder',
    about: [
      'REV is a label, an id, or REV:FOLDER. Where --output ends in .tar, .tar.gz, .tgz or .zip, makes such an archive;',
      'where it is left out, a tar: of one snapshot always the same bytes. A zip, and the gzip around a tar, take files',
      'as the store has them compressed, which is fast: what they unpack to is always the same, their bytes are not.',
      'Where --output ends in a slash, or is a folder, writes into that folder, which must be empty. Every byte is',
      'checked on its way; an archive gets its name only when it is whole.',
    ].join('\n'),
    options: {
      output: { kind: 'text', about: 'where to [default: standard output]', alias: 'o', value: 'FILE|DIR/' },
      format: { kind: 'text', about: `${FORMATS.join(', ')}, whatever the name ends in`, value: 'FORMAT' },
      prefix: { kind: 'text', about: 'put everything in an archive below this path', value: 'PATH/' },
      profile: {
        kind: 'text',
        about: "'portable' refuses names that not every system has",
        value: 'PROFILE',
      },
      force: { kind: 'flag', about: 'write into a folder that is not empty; replaces files', alias: 'f' },
    },
    examples: [
      ['cas export app/v1 -o app-v1.zip', 'writes a zip'],
      ['cas export app/v1 -o out/', 'writes a folder'],
      ['cas export app/v1:docs --prefix docs/ | tar tf -', 'lists the tar of one folder'],
    ],
  },
  async run(args, context) {
    const target = args.text('output') ?? STANDARD_OUTPUT;
    const format = await formatOf(args, target, context);
    checkOptions(args, format, target, context);
    const view = await (await context.store()).view(args.required('rev'));
    if (format === 'dir') await exportFolder(view, target, { args, context });
    else await exportArchive(view, format, { args, context });
  },
};

interface Request {
  readonly args: Arguments;
  readonly context: CommandContext;
}

async function exportFolder(view: View, target: string, { args, context }: Request): Promise<void> {
  const { cwd, progress, signal, note } = context;
  const { files, symlinks, bytes } = await view.toFolder(resolve(cwd, target), {
    existing: args.flag('force') ? 'replace' : 'refuse',
    profile: profileOf(args),
    onProgress: progress.show,
    signal,
  });
  note(`exported ${count(files + symlinks, 'file')}, ${formatSize(bytes)}, to '${target}'`);
}

async function exportArchive(
  view: View,
  format: Exclude<Format, 'dir'>,
  { args, context }: Request,
): Promise<void> {
  const { cwd, out, progress, signal, note } = context;
  const target = args.text('output') ?? STANDARD_OUTPUT;
  const prefix = args.text('prefix') ?? '';
  const options = {
    prefix,
    profile: profileOf(args),
    pieces: 'lent',
    onProgress: progress.show,
    signal,
  } as const;
  optimizeLater();
  const stream = pack(view, format, options);
  if (target === STANDARD_OUTPUT) {
    const pipe = OutputPipe.open(signal);
    await writeOverlapped(stream, (piece) => pipe?.write(piece) ?? out.bytes(piece));
    return;
  }
  const bytes = await writeArchive(resolve(cwd, target), stream);
  note(`exported ${formatSize(bytes)} to '${target}'`);
}

function pack(view: View, format: Exclude<Format, 'dir'>, options: ArchiveOptions): ByteStream {
  if (format === 'zip') return view.zip(options);
  return format === 'tar' ? view.tar(options) : view.tarGz(options);
}

/** @throws InvalidInputError `FORMAT_UNKNOWN` */
async function formatOf(args: Arguments, target: string, { cwd }: CommandContext): Promise<Format> {
  const named = args.text('format');
  if (named !== undefined) return FORMATS.find((format) => format === named) ?? unknownFormat(named);
  if (target === STANDARD_OUTPUT) return 'tar';
  const ending = ENDINGS.find(([end]) => target.endsWith(end));
  if (ending !== undefined) return ending[1];
  const found = await stat(resolve(cwd, target)).catch(() => undefined); // absent, or told by what opens it
  if (target.endsWith('/') || found?.isDirectory() === true) return 'dir';
  if (found !== undefined && !found.isFile()) return 'tar'; // a pipe or a device, whatever its name
  throw new InvalidInputError('FORMAT_UNKNOWN', `cannot tell a format from the name '${target}'`, {
    hint: `end it in .tar, .tar.gz or .zip, or for a folder in a slash, or give --format ${FORMATS.join('|')}`,
  });
}

function unknownFormat(name: string): never {
  throw new InvalidInputError('FORMAT_UNKNOWN', `unknown format '${name.slice(0, 80)}'`, {
    hint: `choose one of ${FORMATS.join(', ')}`,
  });
}

/** @throws InvalidInputError `PROFILE_UNKNOWN` */
function profileOf(args: Arguments): (typeof PROFILES)[number] {
  const named = args.text('profile') ?? 'posix';
  const profile = PROFILES.find((candidate) => candidate === named);
  if (profile !== undefined) return profile;
  throw new InvalidInputError('PROFILE_UNKNOWN', `unknown profile '${named.slice(0, 80)}'`, {
    hint: `choose one of ${PROFILES.join(', ')}`,
  });
}

/** @throws InvalidInputError `USAGE` @throws RefusedError `OUTPUT_IS_TERMINAL` */
function checkOptions(args: Arguments, format: Format, target: string, { out }: CommandContext): void {
  const stray = format === 'dir' ? ['prefix'] : ['force'];
  const given = stray.find((name) => args.flag(name) || args.text(name) !== undefined);
  if (given !== undefined) {
    throw new InvalidInputError('USAGE', `--${given} is not for the format '${format}'`, {
      hint: `leave it out, or choose another format with --format`,
    });
  }
  if (target !== STANDARD_OUTPUT) return;
  if (format === 'dir') {
    throw new InvalidInputError('USAGE', 'a folder needs a name', { hint: 'give it with -o DIR/' });
  }
  if (out.isTerminal) {
    throw new RefusedError('OUTPUT_IS_TERMINAL', 'will not write an archive to a terminal', {
      hint: 'name a file with -o FILE.tar, or pipe it on',
    });
  }
}

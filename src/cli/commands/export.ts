import { resolve } from 'node:path';
import {
  type ArchiveOptions,
  type ByteStream,
  InvalidInputError,
  type Store,
  type View,
} from '../../index.ts';
import type { Arguments, Command, CommandContext } from '../command.ts';
import { writeArchive } from '../export/archive-file.ts';
import { exportFolder } from '../export/folder.ts';
import {
  type Archive,
  type Format,
  formatOf,
  isArchive,
  outputOf,
  STANDARD_OUTPUT,
} from '../export/format.ts';
import { archiveOptionsOf, checkExportOptions, EXPORT_OPTIONS } from '../export/options.ts';
import { writeOverlapped } from '../export/overlapped.ts';
import { viewRepresentations } from '../export/representations.ts';
import { viewTheater } from '../export/theater.ts';
import { formatSize } from '../format.ts';
import { labelsLike } from '../label-choice.ts';
import { optimizeLater } from '../optimize-later.ts';
import { OutputPipe } from '../output-pipe.ts';

export const exportCommand: Command = {
  spec: {
    usage: 'export [rev]',
    summary: 'write a set out as a tar, a zip or a folder',
    about: [
      'REV is a label, an id, or REV:FOLDER. Where --output ends in .tar, .tar.gz, .tgz or .zip, makes such an archive;',
      'where it is left out, a tar: of one snapshot always the same bytes. A zip, and the gzip around a tar, take files',
      'as the store has them compressed, which is fast: what they unpack to is always the same, their bytes are not.',
      'Where --output ends in a slash, or is a folder, writes into that folder, which must be empty. Every byte is',
      'checked on its way; an archive gets its name only when it is whole. The format theater is a folder of all that a',
      'content store holds, as Theater has it, and takes no REV.',
      '',
      'Patterns of labels are as in cas labels: * stops at a slash, so that those of app/v1/beta are app/*/*.',
      '',
      'A pattern that matches a folder is for all in it. Where patterns are given, a folder is there where it is chosen',
      'itself, or something in it is.',
      '',
      'With --update the folder may hold anything: what is as it should be keeps its inode and times, each file that is',
      'not is replaced at once. What is not in the set stays, unless --delete is given: then as much of it goes as',
      '--include and --exclude choose, and nothing named .cas. With --dry-run: A would be added, M replaced, D removed.',
    ].join('\n'),
    options: EXPORT_OPTIONS,
    examples: [
      ['cas export app/v1 -o app-v1.zip', 'writes a zip'],
      ['cas export app/v1 -o out/', 'writes a folder'],
      [
        'cas export representations --format representations --layout v3 -o data/',
        'writes files of a layout',
      ],
      ['cas export app/v1:docs --prefix docs/ | tar tf -', 'lists the tar of one folder'],
      ["cas export app/v1 --include '*.md' --exclude drafts -o docs.zip", 'writes some of the files'],
      ["cas export --labels 'app/*' -o all.tar.gz", 'writes several versions, each in a folder of its name'],
      ['cas export app/v1 -o /srv/app/ --update --delete --dry-run', 'lists what a folder differs in'],
    ],
  },
  async run(args, context) {
    const format = await formatOf(args, context.cwd);
    checkExportOptions(args, format, context);
    const view = await formattedView(format, args, context);
    if (isArchive(format)) await exportArchive(view, format, { args, context });
    else await exportFolder(view, args, context);
  },
};

/** What is exported, as the format has it. */
async function formattedView(format: Format, args: Arguments, context: CommandContext): Promise<View> {
  if (format === 'theater') return viewTheater(args, context);
  const view = await viewOf(args, context.store);
  return format === 'representations'
    ? viewRepresentations(view, { layout: args.text('layout') }, context)
    : view;
}

/** @throws InvalidInputError `USAGE` */
async function viewOf(args: Arguments, open: () => Promise<Store>): Promise<View> {
  const revision = args.text('rev');
  const patterns = args.texts('labels');
  if ((revision === undefined) === (patterns.length === 0)) {
    const fault = revision === undefined ? 'export what?' : 'REV and --labels exclude each other';
    throw new InvalidInputError('USAGE', fault, { hint: "name one set, or labels with --labels 'GLOB'" });
  }
  const store = await open();
  if (revision !== undefined) return store.view(revision);
  const names = await labelsLike(store, patterns);
  return store.viewOf(Object.fromEntries(names.map((name) => [name, name])));
}

interface Request {
  readonly args: Arguments;
  readonly context: CommandContext;
}

async function exportArchive(view: View, format: Archive, { args, context }: Request): Promise<void> {
  const { cwd, out, signal, note } = context;
  const target = outputOf(args);
  optimizeLater();
  const stream = pack(view, format, { ...archiveOptionsOf(args, context), pieces: 'lent' });
  if (target === STANDARD_OUTPUT) {
    const pipe = OutputPipe.open(signal);
    await writeOverlapped(stream, (piece) => pipe?.write(piece) ?? out.bytes(piece));
    return;
  }
  const bytes = await writeArchive(resolve(cwd, target), stream);
  note(`exported ${formatSize(bytes)} to '${target}'`);
}

function pack(view: View, format: Archive, options: ArchiveOptions): ByteStream {
  if (format === 'zip') return view.zip(options);
  return format === 'tar' ? view.tar(options) : view.tarGz(options);
}

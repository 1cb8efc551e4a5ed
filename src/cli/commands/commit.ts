import { type CommitSource, fromPaths, fromTar, InvalidInputError } from '../../index.ts';
import { parseCount } from '../arguments.ts';
import type { Arguments, Command, CommandContext } from '../command.ts';
import { COMMIT_OPTIONS, commitOptionsOf, printCommit } from '../commit-options.ts';
import { FOLDER_OPTIONS, folderOptionsOf } from '../folder-options.ts';
import { openInput } from '../input-file.ts';
import { optimizeLater } from '../optimize-later.ts';

/** From here on it matters what the engine does beside. */
const MANY_FILES = 500;
/** Of them: where nothing is read there is only a walk, which is quicker optimized. */
const MANY_BYTES: number = 256 * 1024;

export const commit: Command = {
  spec: {
    usage: 'commit <label> [paths..]',
    effect: 'stores',
    summary: 'store a folder, files or a tar as the next snapshot of a label',
    about: [
      'One folder is stored as what is in it; files and several folders are stored under their base names.',
      'Prints the id of the snapshot. Where the label holds the same set already, nothing is made, and the id',
      'is the one that it is at. Files are read once; what the store has is not stored again.',
    ].join('\n'),
    options: {
      ...COMMIT_OPTIONS,
      tar: { kind: 'text', about: 'store what is in a .tar or .tar.gz; - is standard input', value: 'FILE' },
      'max-members': { kind: 'text', about: 'refuse a tar of more members [default: 500000]', value: 'N' },
      ...FOLDER_OPTIONS,
      'dry-run': {
        kind: 'flag',
        about: 'read everything, store nothing, print the id of the tree',
        alias: 'n',
      },
      'allow-empty': { kind: 'flag', about: 'make a snapshot also where nothing changed' },
    },
    examples: [
      ["cas commit app/v1 dist -m 'first release'", 'stores what is in dist'],
      ['cas commit report summary.pdf data.csv', 'stores two files'],
      ['cas commit app/v1 --tar app.tar.gz', 'stores what is in an archive'],
      ['cas commit app/latest dist --expect app/v1', 'fails where app/latest is not at app/v1'],
    ],
  },
  async run(args, context) {
    const source = await sourceOf(args, context);
    const store = await context.store();
    const label = args.required('label');
    const result = await store.commit(label, source, {
      ...(await commitOptionsOf(args, store, context)),
      onProgress: (event) => {
        if (event.done >= MANY_FILES && (event.bytes ?? 0) >= MANY_BYTES) optimizeLater();
        context.progress.show(event);
      },
      mode: args.flag('dry-run') ? 'rehearse' : 'store',
      unchanged: args.flag('allow-empty') ? 'commit' : 'skip',
    });
    await printCommit(context, { label, made: 'whole' }, result);
  },
};

/** @throws InvalidInputError `USAGE` */
async function sourceOf(args: Arguments, context: CommandContext): Promise<CommitSource> {
  const paths = args.texts('paths');
  const tar = args.text('tar');
  if ((tar === undefined) === (paths.length === 0)) {
    throw new InvalidInputError(
      'USAGE',
      paths.length > 0 ? 'paths and --tar exclude each other' : 'nothing to commit',
      {
        hint: 'name a folder, files, or one archive with --tar',
      },
    );
  }
  checkOptions(args, tar === undefined ? 'folders and files' : 'archives');
  const options = folderOptionsOf(args);
  if (tar === undefined) return fromPaths(paths, options);
  const { content } = await openInput(tar, context);
  const maxEntries = parseCount(args.text('max-members'), 'max-members');
  return fromTar(content, {
    name: tar,
    special: options.special ?? 'refuse',
    ...(maxEntries !== undefined && { maxEntries }),
  });
}

/** An option that would be passed over in silence is none. @throws InvalidInputError `USAGE` */
function checkOptions(args: Arguments, what: 'folders and files' | 'archives'): void {
  const stray = what === 'archives' ? ['exclude', 'no-ignore', 'preserve'] : ['max-members'];
  const given = stray.find((name) => args.flag(name) || args.texts(name).length > 0);
  if (given === undefined) return;
  throw new InvalidInputError('USAGE', `--${given} is not for ${what}`, { hint: 'leave it out' });
}

import { stat } from 'node:fs/promises';
import { type CommitSource, fromFolder, fromTar } from '../../index.ts';
import type { Command, CommandContext } from '../command.ts';
import { printComparison } from '../comparison.ts';
import { EXIT } from '../exit-code.ts';
import { count, formatSize } from '../format.ts';
import { openInput } from '../input-file.ts';

export const verify: Command = {
  spec: {
    usage: 'verify <rev> <copy>',
    summary: 'prove that a folder or a tar holds exactly what a set holds',
    about: [
      'Reads every byte of COPY, a folder, a .tar or .tar.gz, or - for one on standard input, and no rule leaves',
      'anything out. Prints what differs: A is only in COPY, D only in the set, M in both and different. Ends with',
      'code 0 where all is equal, else with 1. Attributes are compared in a tar; a folder has none.',
    ].join('\n'),
    options: { zero: { kind: 'flag', about: 'print letter and raw path, each ended by NUL', alias: 'z' } },
    examples: [
      ['cas verify app/v1 /mnt/backup/app', 'compares a folder with app/v1'],
      ['cas export app/v1 | cas verify app/v1 -', 'proves an export on its way'],
    ],
  },
  async run(args, context) {
    const revision = args.required('rev');
    const copy = args.required('copy');
    const isFolder = copy !== '-' && (await isFolderAt(copy));
    const source = isFolder ? folderSource(copy) : await tarSource(copy, context);
    const attributes = isFolder ? 'ignore' : 'compare';
    const { differences, contents } = await printComparison(context, { revision, source, attributes });
    const { entries, root } = contents;
    const what = `${count(entries, 'file')}, ${formatSize(root.sizeBytes)}`;
    context.note(differences === 0 ? `equal: ${what}, tree ${root.id}` : count(differences, 'difference'));
    return differences === 0 ? EXIT.ok : EXIT.no;
  },
};

async function isFolderAt(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined); // what is wrong with it is said by what reads it
  return found?.isDirectory() === true;
}

function folderSource(copy: string): CommitSource {
  return fromFolder(copy, { ignoreFiles: 'off', unchanged: 'read' });
}

async function tarSource(copy: string, context: CommandContext): Promise<CommitSource> {
  return fromTar((await openInput(copy, context)).content, { name: copy });
}

import { fromFolder } from '../../index.ts';
import type { Command } from '../command.ts';
import { printComparison } from '../comparison.ts';
import { EXIT } from '../exit-code.ts';
import { FOLDER_OPTIONS, folderOptionsOf } from '../folder-options.ts';
import { count } from '../format.ts';

const { preserve: _, ...OPTIONS } = FOLDER_OPTIONS;

export const status: Command = {
  spec: {
    usage: 'status <rev> <dir>',
    summary: 'show what a commit of a folder would change',
    about: [
      'A line each: A is only in DIR, D only in the set, M in both and different. Files that did not change since',
      'they were last committed are not read. Ends with code 0 where nothing differs, else with 1. Attributes are',
      'not compared: a folder has none.',
    ].join('\n'),
    options: {
      ...OPTIONS,
      zero: { kind: 'flag', about: 'print letter and raw path, each ended by NUL', alias: 'z' },
    },
    examples: [
      ['cas status app/v1 dist', 'shows what changed in dist since app/v1'],
      [
        'cas status app/v1 dist > /dev/null || cas commit app/v1 dist',
        'commits only where something changed',
      ],
    ],
  },
  async run(args, context) {
    const source = fromFolder(args.required('dir'), folderOptionsOf(args));
    const revision = args.required('rev');
    const { differences, contents } = await printComparison(context, {
      revision,
      source,
      attributes: 'ignore',
    });
    for (const path of contents.skipped) context.note(`left out '${path}'`);
    context.note(differences === 0 ? 'nothing differs' : count(differences, 'difference'));
    return differences === 0 ? EXIT.ok : EXIT.no;
  },
};

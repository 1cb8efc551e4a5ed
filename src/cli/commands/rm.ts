import { InvalidInputError, type MemberRequest } from '../../index.ts';
import { splitLabelPath } from '../arguments.ts';
import type { Command } from '../command.ts';
import { COMMIT_OPTIONS, commitOptionsOf, printCommit } from '../commit-options.ts';

export const rm: Command = {
  spec: {
    usage: 'rm <members..>',
    effect: 'stores',
    summary: 'take files or folders out of the set of a label',
    about: [
      'MEMBER is LABEL:PATH; all are of one label, and a folder goes with all that is in it. Former snapshots keep',
      'what they have. Prints the id of the new snapshot.',
    ].join('\n'),
    options: COMMIT_OPTIONS,
    examples: [
      ['cas rm app/v1:docs/draft.md', 'takes one file out'],
      ["cas rm app/v1:docs app/v1:test -m 'only what runs'", 'takes two folders out'],
    ],
  },
  async run(args, context) {
    const members = args.texts('members').map(splitLabelPath);
    const [{ label } = { label: '' }] = members;
    const other = members.find((member) => member.label !== label);
    if (other !== undefined) {
      throw new InvalidInputError('USAGE', `'${label}' and '${other.label}' are two labels`, {
        hint: 'change one label at a time',
      });
    }
    const store = await context.store();
    const edits: MemberRequest[] = members.map(({ path }) => ({ verb: 'remove', path }));
    const result = await store.edit(label, edits, await commitOptionsOf(args, store, context));
    await printCommit(context, { label, made: 'by edits' }, result);
  },
};

import { type CommitSource, fromEntries, fromFiles, type MemberRequest } from '../../index.ts';
import { parseAttributes, splitLabelPath } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { COMMIT_OPTIONS, commitOptionsOf, printCommit } from '../commit-options.ts';
import { FOLDER_OPTIONS, folderOptionsOf } from '../folder-options.ts';
import { openInput } from '../input-file.ts';

export const add: Command = {
  spec: {
    usage: 'add <member> [file]',
    effect: 'stores',
    summary: 'put one file or folder into the set of a label',
    about: [
      'MEMBER is LABEL:PATH. What is at that path is replaced; a label that is not there is made. FILE may be a',
      'folder, and - is standard input. Prints the id of the new snapshot.',
    ].join('\n'),
    options: {
      attr: { kind: 'texts', about: 'an attribute of it; may be repeated', value: 'KEY=VALUE' },
      ...COMMIT_OPTIONS,
      ...FOLDER_OPTIONS,
    },
    examples: [
      ['cas add app/v1:bin/tool build/tool', 'puts build/tool in as bin/tool'],
      ['cas add docs:logo.svg logo.svg --attr mediaType=image/svg+xml', 'says of it what it is, too'],
      ['date | cas add app/v1:built -', 'puts in what date prints'],
    ],
  },
  async run(args, context) {
    const { label, path } = splitLabelPath(args.required('member'));
    const file = args.text('file') ?? '-';
    const attributes = Object.fromEntries(parseAttributes(args.texts('attr')));
    const source = file === '-' ? await inputSource(context) : fromFiles([file], folderOptionsOf(args));
    const store = await context.store();
    const edits: MemberRequest[] = [{ verb: 'put', path, source, attributes }];
    const result = await store.edit(label, edits, await commitOptionsOf(args, store, context));
    await printCommit(context, { label, made: 'by edits' }, result);
  },
};

async function inputSource(context: CommandContext): Promise<CommitSource> {
  const { content } = await openInput('-', context);
  return fromEntries([{ path: 'input', content }], { name: 'standard input' });
}

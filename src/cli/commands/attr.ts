import { type MemberRequest, NotFoundError } from '../../index.ts';
import { parseAttributes, splitLabelPath } from '../arguments.ts';
import type { Arguments, Command } from '../command.ts';
import { COMMIT_OPTIONS, commitOptionsOf, printCommit } from '../commit-options.ts';

type Values = Readonly<Record<string, string | undefined>>;

export const attr: Command = {
  spec: {
    usage: 'attr <member> [pairs..]',
    effect: 'stores',
    summary: 'show or change the attributes of one member of a set',
    about: [
      'MEMBER is LABEL:PATH. Without more, prints KEY=VALUE lines, and any revision will do. Each PAIR is KEY=VALUE;',
      'a change makes a snapshot, whose id is printed. Reserved: mediaType, language, rel, created, order, mtime,',
      'resource.',
    ].join('\n'),
    options: {
      unset: { kind: 'texts', about: 'remove an attribute; may be repeated', value: 'KEY' },
      ...COMMIT_OPTIONS,
    },
    examples: [
      ['cas attr app/v1:logo.svg mediaType=image/svg+xml', 'sets one'],
      ['cas attr app/v1:logo.svg', 'lists them'],
      ['cas attr app/v1:logo.svg --unset mediaType', 'removes one'],
    ],
  },
  async run(args, context) {
    const member = args.required('member');
    const { label, path } = splitLabelPath(member);
    const values = valuesOf(args);
    const store = await context.store();
    if (Object.keys(values).length === 0) {
      const { entry } = await store.resolve(member);
      if (entry === undefined)
        throw new NotFoundError('PATH_NOT_FOUND', `'${member}' is no member of a set`, {
          hint: "list what is there with 'cas ls'",
        });
      const { out } = context;
      if (out.format === 'json') await out.json(Object.fromEntries(entry.attributes));
      else for (const [key, value] of entry.attributes) await out.line(`${key}=${out.safe(value)}`);
      return;
    }
    const edits: MemberRequest[] = [{ verb: 'attributes', path, values }];
    const result = await store.edit(label, edits, await commitOptionsOf(args, store, context));
    await printCommit(context, { label, made: 'by edits' }, result);
  },
};

/** What is to change, by key; `undefined` removes. @throws InvalidInputError `USAGE` */
function valuesOf(args: Arguments): Values {
  const values = new Map<string, string | undefined>(parseAttributes(args.texts('pairs')));
  for (const key of args.texts('unset')) values.set(key, undefined);
  return Object.fromEntries(values);
}

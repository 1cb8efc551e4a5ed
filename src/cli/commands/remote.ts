/** `cas remote`: the other stores that this one knows. */
import { InvalidInputError } from '../../index.ts';
import { parseWord } from '../arguments.ts';
import type { Arguments, Command, CommandContext } from '../command.ts';

const ACTIONS = ['list', 'add', 'remove'] as const;

export const remote: Command = {
  spec: {
    usage: 'remote [action] [name] [url]',
    summary: 'list, add or remove other stores by name',
    about: [
      'A URL is a folder with a store, https://HOST/s/NAME of a server (cas serve), or ssh://[USER@]HOST/PATH, also',
      'written [USER@]HOST:PATH. With --label only these labels are fetched where none are named; * is anything. With',
      '--lazy snapshots and trees are fetched, and contents when they are first read. A token for a server is taken from',
      'CAS_TOKEN, and is never stored.',
    ].join('\n'),
    words: ACTIONS,
    options: {
      label: { kind: 'texts', about: 'add: labels that are fetched', value: 'PATTERN' },
      lazy: { kind: 'flag', about: 'add: fetch contents when they are first read' },
      force: { kind: 'flag', alias: 'f', about: 'remove: also where contents are promised by nobody then' },
    },
    examples: [
      ['cas remote add shelf /mnt/share/store', 'knows the store in a folder as shelf'],
      ['cas remote', 'lists all'],
    ],
  },
  async run(args, context) {
    switch (parseWord(args.text('action') ?? 'list', { command: 'remote', words: ACTIONS })) {
      case 'list':
        return list(context);
      case 'add':
        return add(args, context);
      case 'remove':
        return remove(args, context);
    }
  },
};

async function list({ out, store }: CommandContext): Promise<void> {
  const remotes = await (await store()).remotes.list();
  for (const each of remotes) {
    if (out.format === 'json') await out.json(each);
    else {
      const extra = [...each.patterns, ...(each.contents === 'none' ? ['(lazy)'] : [])];
      await out.line([each.name, each.url, ...extra].join('  '));
    }
  }
}

async function add(args: Arguments, { store }: CommandContext): Promise<void> {
  const name = args.text('name');
  const url = args.text('url');
  if (name === undefined || url === undefined)
    throw new InvalidInputError('USAGE', "'remote add' needs a name and a URL", {
      hint: "write 'cas remote add NAME URL'",
    });
  const { remotes } = await store();
  const labels = args.texts('label');
  await remotes.add(name, url, {
    ...(labels.length > 0 && { labels }),
    ...(args.flag('lazy') && { contents: 'none' }),
  });
}

async function remove(args: Arguments, { store }: CommandContext): Promise<void> {
  const name = args.text('name');
  if (name === undefined)
    throw new InvalidInputError('USAGE', "'remote remove' needs a name", { hint: "see 'cas remote'" });
  await (await store()).remotes.remove(name, { force: args.flag('force') });
}

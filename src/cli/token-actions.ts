/** `cas serve token`: who may ask a store over the network. */
import { InvalidInputError, Tokens } from '../index.ts';
import { parseWord } from './arguments.ts';
import type { Arguments, CommandContext } from './command.ts';

const ACTIONS = ['add', 'list', 'remove'] as const;
const SCOPES = ['read', 'write'] as const;

/** @param words behind `token` */
export async function runTokenAction(
  words: readonly string[],
  args: Arguments,
  context: CommandContext,
): Promise<void> {
  const [word = '', ...names] = words;
  const action = parseWord(word, { command: 'serve token', words: ACTIONS });
  const tokens = new Tokens((await context.store()).path);
  if (action === 'list') return listTokens(tokens, context);
  const [first, ...others] = names;
  if (first === undefined || (action === 'add' && others.length > 0))
    throw new InvalidInputError(
      'USAGE',
      `'serve token ${action}' takes ${action === 'add' ? 'one name' : 'names'}`,
      {
        hint: `write 'cas serve token ${action} NAME'`,
      },
    );
  if (action === 'add') return addToken(tokens, first, { args, context });
  for (const name of names) await tokens.remove(name);
}

async function addToken(
  tokens: Tokens,
  name: string,
  { args, context }: { readonly args: Arguments; readonly context: CommandContext },
): Promise<void> {
  const { out, note } = context;
  const scope = parseWord(args.text('scope') ?? 'read', {
    command: 'serve token add --scope',
    words: SCOPES,
  });
  const labels = args.texts('labels');
  const token = await tokens.add({ name, scope, labels });
  await (out.format === 'json' ? out.json({ name, scope, labels, token }) : out.line(token));
  note('cas: keep it: it is not shown again');
}

async function listTokens(tokens: Tokens, { out }: CommandContext): Promise<void> {
  for (const { name, scope, labels } of (await tokens.list()) ?? []) {
    if (out.format === 'json') await out.json({ name, scope, labels });
    else await out.line([name, scope, ...(labels.length > 0 ? labels : ['(all labels)'])].join('  '));
  }
}

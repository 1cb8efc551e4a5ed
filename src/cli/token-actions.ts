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
  if (action === 'list') await listTokens(tokens, context);
  else if (action === 'add') await addToken(tokens, soleName(names), { args, context });
  else for (const name of names.length > 0 ? names : [soleName(names)]) await tokens.remove(name);
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

function soleName([name, ...rest]: readonly string[]): string {
  if (name !== undefined && rest.length === 0) return name;
  throw new InvalidInputError('USAGE', 'this is of one token', {
    hint: "name it: 'cas serve token add NAME'",
  });
}

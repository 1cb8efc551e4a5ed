/** `cas serve token`: who may ask a store over the network. */
import { InvalidInputError, nearestOf, type TokenScope, Tokens } from '../index.ts';
import type { Arguments, CommandContext } from './command.ts';

const ACTIONS = ['add', 'list', 'remove'];

/** @param words behind `token` */
export async function runTokenAction(
  words: readonly string[],
  args: Arguments,
  context: CommandContext,
): Promise<void> {
  const [action = '', ...names] = words;
  if (!ACTIONS.includes(action)) throw unknownAction(action);
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
  const scope = parseScope(args.text('scope'));
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

function parseScope(text = 'read'): TokenScope {
  if (text === 'read' || text === 'write') return text;
  throw new InvalidInputError('USAGE', `no token has the scope '${text.slice(0, 80)}'`, {
    hint: 'choose read or write',
  });
}

function soleName([name, ...rest]: readonly string[]): string {
  if (name !== undefined && rest.length === 0) return name;
  throw new InvalidInputError('USAGE', 'this is of one token', {
    hint: "name it: 'cas serve token add NAME'",
  });
}

function unknownAction(text: string): InvalidInputError {
  const near = nearestOf(text, ACTIONS);
  return new InvalidInputError('USAGE', `serve token knows no '${text.slice(0, 80)}'`, {
    hint: near === undefined ? `choose one of ${ACTIONS.join(', ')}` : `did you mean '${near}'?`,
  });
}

/** What could come next on a command line: asked for by the scripts that `cas completion` prints. */
import { formatName, type Store } from '../index.ts';
import type { CommandContext, CommandSpec, ListedCommand } from './command.ts';
import { optionsOf, positionalsOf } from './usage.ts';

/** More would not help anybody who is typing. */
const MAX_CANDIDATES = 1000;

/** Positionals that name a label or a revision; all others are the shell's own matter, as files are. */
const REVISIONS = /^(label|rev|revs|member|members|before|after|names)$/;

/**
 * Candidates for the last of `words`, which is what was typed of it so far, perhaps nothing.
 *
 * @param words what stands after `cas`
 * @returns none where the shell should offer files
 */
export async function completionsOf(words: readonly string[], context: Known): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  const [name, ...before] = words.slice(0, -1);
  const candidates =
    name === undefined ? namesOf(context.commands) : await argumentsOf(name, before, { ...context, typed });
  return candidates.filter((candidate) => candidate.startsWith(typed)).slice(0, MAX_CANDIDATES);
}

type Known = Pick<CommandContext, 'commands' | 'store'>;

async function argumentsOf(
  name: string,
  before: readonly string[],
  { commands, store: open, typed }: Known & { readonly typed: string },
): Promise<string[]> {
  if (name === 'help') return namesOf(commands);
  const command = await commands.find((listed) => listed.name === name)?.load();
  if (command === undefined) return [];
  const { spec } = command;
  if (typed.startsWith('-')) return Object.keys(optionsOf(spec)).map((option) => `--${option}`);
  const positional = positionalOf(spec, before);
  if (positional === undefined || !REVISIONS.test(positional))
    return before.length === 0 ? [...(spec.words ?? [])] : [];
  const store = await open().catch(() => undefined); // outside of a store there is nothing to offer
  return store === undefined ? [] : revisionsOf(store, typed);
}

/** The name of the positional that is being typed, or `undefined` for the value of an option. */
function positionalOf(spec: CommandSpec, before: readonly string[]): string | undefined {
  const options = Object.entries(optionsOf(spec));
  const takesValue = (word: string): boolean =>
    options.some(
      ([name, { kind, alias }]) => kind !== 'flag' && (word === `--${name}` || word === `-${alias}`),
    );
  if (takesValue(before.at(-1) ?? '')) return undefined;
  const given = before.filter(
    (word, at) => !word.startsWith('-') && !takesValue(before[at - 1] ?? ''),
  ).length;
  const positionals = positionalsOf(spec);
  const last = positionals.at(-1);
  return (positionals[given] ?? (last?.isMany ? last : undefined))?.name;
}

/** Labels, and behind a colon what is in the folder that was typed so far. */
async function revisionsOf(store: Store, typed: string): Promise<string[]> {
  const colon = typed.indexOf(':');
  if (colon < 0) return (await store.labels.list()).map(({ name }) => name);
  const folder = typed.slice(0, Math.max(typed.lastIndexOf('/') + 1, colon + 1));
  const found: string[] = [];
  try {
    const view = await store.view(folder);
    for await (const { path, entry } of view.entries({ enters: () => false })) {
      found.push(`${folder}${formatName(path)}${entry.kind === 'folder' ? '/' : ''}`);
      if (found.length === MAX_CANDIDATES) break;
    }
  } catch {
    return []; // nothing of that name: nothing to offer
  }
  return found;
}

function namesOf(commands: readonly ListedCommand[]): string[] {
  return commands.map(({ name }) => name);
}

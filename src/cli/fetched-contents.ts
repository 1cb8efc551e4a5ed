/** `cas fetch --contents`: what was left out of a store comes now. */
import { InvalidInputError, NotFoundError, type Remotes } from '../index.ts';
import type { Arguments, CommandContext } from './command.ts';
import { formatMeasure, watchedBy } from './exchange.ts';
import { count } from './format.ts';
import { soleRemote } from './remote-choice.ts';

/** @throws NotFoundError `OBJECT_NOT_FOUND` where the other store has not all, after all that it has came */
export async function fetchContents(
  remotes: Remotes,
  args: Arguments,
  context: CommandContext,
): Promise<void> {
  if (args.flag('prune') || args.text('depth') !== undefined)
    throw new InvalidInputError('USAGE', "'--contents' changes no labels, and no history", {
      hint: "leave '--prune' and '--depth' out, or fetch a second time for them",
    });
  const { name, revisions } = await chosen(remotes, args);
  const options = { ...watchedBy(context), ...(revisions.length > 0 && { revisions }) };
  const isDry = args.flag('dry-run');
  const brought = await (isDry
    ? remotes.measureFetchContents(name, options)
    : remotes.fetchContents(name, options));
  const { absent } = brought;
  context.progress.clear();
  if (context.out.format === 'json') await context.out.json(brought);
  else if (isDry) await context.out.line(`${formatMeasure(brought)} would come`);
  else context.note(brought.objects + absent.length === 0 ? 'all of it is here' : formatMeasure(brought));
  if (absent.length === 0) return;
  throw new NotFoundError('OBJECT_NOT_FOUND', `'${name}' has not ${count(absent.length, 'content')}`, {
    hint: `look for '${absent[0]}' in another copy of the store`,
  });
}

/** A first word that is no remote is a revision, of whatever the only one, or the only lazy one, has. */
async function chosen(
  remotes: Remotes,
  args: Arguments,
): Promise<{ readonly name: string; readonly revisions: readonly string[] }> {
  const all = await remotes.list();
  const first = args.text('remote');
  const revisions = args.texts('labels');
  if (first !== undefined && all.some(({ name }) => name === first)) return { name: first, revisions };
  const lazy = all.filter(({ contents }) => contents === 'none');
  const name = lazy.length === 1 ? lazy[0]!.name : await soleRemote(remotes, undefined);
  return { name, revisions: first === undefined ? revisions : [first, ...revisions] };
}

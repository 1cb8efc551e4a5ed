/** `cas push`: sends labels and what they reach to another store. */
import type { Remotes } from '../../index.ts';
import type { Command, CommandContext } from '../command.ts';
import { DRY_RUN, formatMeasure, shortIds, tellChanges, watchedBy } from '../exchange.ts';
import { soleRemote } from '../remote-choice.ts';

const NONE_GOES = "none of the labels here is there, too: name some, or send all with 'cas push --all'";

export const push: Command = {
  spec: {
    usage: 'push [remote] [labels..]',
    summary: 'send labels and what they reach to another store',
    about: [
      'Objects go first, labels last, all or none: a label there must be in the history of what it becomes, unless --force',
      'is given. LABEL:THERE gives it another name there. Without labels those go that are at both ends; --all sends all',
      'of this store. The remote may be a URL. What is cut goes on where it was.',
    ].join('\n'),
    options: {
      all: { kind: 'flag', alias: 'a', about: 'all labels of this store' },
      delete: { kind: 'texts', about: 'delete this label there', value: 'LABEL' },
      force: {
        kind: 'flag',
        alias: 'f',
        about: 'move labels that are protected, or would lose what they are',
      },
      'dry-run': DRY_RUN,
    },
    examples: [
      ['cas push shelf release/v2', 'sends one label'],
      ['cas push shelf nightly:team/nightly', 'gives it another name there'],
      ['cas push --all --dry-run', 'says how much all would be'],
    ],
  },
  async run(args, context) {
    const { out, progress } = context;
    const { remotes } = await context.store();
    const name = await soleRemote(remotes, args.text('remote'));
    const labels = args.flag('all') ? ['*'] : args.texts('labels');
    const options = {
      ...watchedBy(context),
      ...(labels.length > 0 && { labels }),
      remove: args.texts('delete'),
      force: args.flag('force'),
    };
    if (args.flag('dry-run')) {
      const measure = await remotes.measurePush(name, options);
      progress.clear();
      return tellMeasure(context, measure);
    }
    const pushed = await remotes.push(name, options);
    progress.clear();
    if (out.format === 'json') return out.json(pushed);
    await tellChanges(out, pushed.labels);
    if (pushed.labels.length === 0) context.note(NONE_GOES);
    else if (pushed.labels.every(({ kind }) => kind === 'unchanged')) context.note('it is so there already');
    else context.note(formatMeasure(pushed));
  },
};

type Measured = Awaited<ReturnType<Remotes['measurePush']>>;

async function tellMeasure({ out }: CommandContext, measure: Measured): Promise<void> {
  if (out.format === 'json') return out.json(measure);
  for (const { name, old, new: id } of measure.edits)
    await out.line(`${shortIds(old, id)}  ${name}${id === undefined ? ' (would go)' : ''}`);
  await out.line(`${formatMeasure(measure)} would go`);
}

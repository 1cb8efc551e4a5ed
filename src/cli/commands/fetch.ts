/** `cas fetch`: brings here what another store has, and changes no label of this one's own. */
import type { Command } from '../command.ts';
import { DRY_RUN, formatMeasure, noteArrived, tellChanges } from '../exchange.ts';
import { FETCH_OPTIONS, fetchOptionsOf } from '../fetch-options.ts';
import { fetchContents } from '../fetched-contents.ts';
import { shortId } from '../format.ts';
import { soleRemote } from '../remote-choice.ts';

export const fetch: Command = {
  spec: {
    usage: 'fetch [remote] [labels..]',
    summary: 'bring here what another store has',
    about: [
      'Its labels become remotes/<remote>/<label> here, and no other label changes: look at them, and take what you',
      "want with 'cas label', or use 'cas pull'. What is cut goes on where it was. Without a name, the only remote is",
      "meant, or the one named 'origin'; * in a label is anything. With --contents no label changes: what a lazy clone",
      'left out comes now, of all labels here with their history, or of the versions, files and folders that are named.',
    ].join('\n'),
    options: {
      ...FETCH_OPTIONS,
      contents: { kind: 'flag', about: 'contents that are promised, of revisions in place of labels' },
      'dry-run': DRY_RUN,
    },
    examples: [
      ['cas fetch', 'brings all that is new at the only remote'],
      ["cas fetch shelf 'release/*' --prune", 'some labels of one, and forgets those that are gone there'],
      ['cas fetch --contents release/v1:docs', 'contents below a folder, which a lazy clone left out'],
    ],
    effect: 'stores',
  },
  async run(args, context) {
    const { out, progress } = context;
    const { remotes } = await context.store();
    if (args.flag('contents')) return fetchContents(remotes, args, context);
    const name = await soleRemote(remotes, args.text('remote'));
    const options = fetchOptionsOf(args, context);
    if (args.flag('dry-run')) {
      const measure = await remotes.measureFetch(name, options);
      progress.clear();
      if (out.format === 'json') return out.json(measure);
      for (const { name: label, id } of measure.labels) await out.line(`${shortId(id)}  ${label}`);
      for (const label of measure.pruned) await out.line(`${label} (would go)`);
      return out.line(`${formatMeasure(measure)} would come`);
    }
    const fetched = await remotes.fetch(name, options);
    progress.clear();
    if (out.format === 'json') return out.json(fetched);
    await tellChanges(out, fetched.labels);
    for (const label of fetched.pruned) await out.line(`${label} (deleted)`);
    noteArrived(context, fetched);
  },
};

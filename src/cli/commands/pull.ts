/** `cas pull`: brings labels of this store forward to where another store has them. */
import type { Command } from '../command.ts';
import { isConflict, noteArrived, tellAdvanced } from '../exchange.ts';
import { EXIT } from '../exit-code.ts';
import { FETCH_OPTIONS, fetchOptionsOf } from '../fetch-options.ts';
import { soleRemote } from '../remote-choice.ts';

export const pull: Command = {
  spec: {
    usage: 'pull [remote] [labels..]',
    summary: 'fetch, and bring the labels here forward',
    about: [
      'Fetches as cas fetch does; then each label here that is named as one there goes forward to it, and those that are',
      'not here are made. A label that both have changed stays as it is, and is told: the exit code is then that of a',
      'conflict. Theirs is remotes/<remote>/<label>.',
    ].join('\n'),
    options: FETCH_OPTIONS,
    examples: [
      ['cas pull', 'makes all labels as they are at the only remote, where they go forward'],
      ['cas pull shelf release/v2', 'one label of one'],
    ],
    effect: 'stores',
  },
  async run(args, context) {
    const { remotes } = await context.store();
    const pulled = await remotes.pull(
      await soleRemote(remotes, args.text('remote')),
      fetchOptionsOf(args, context),
    );
    context.progress.clear();
    if (context.out.format === 'json') await context.out.json(pulled);
    else {
      await tellAdvanced(context, pulled.advanced);
      noteArrived(context, pulled);
    }
    return pulled.advanced.some(isConflict) ? EXIT.conflict : EXIT.ok;
  },
};

/** `cas pull`: brings labels of this store forward to where another store has them. */
import type { AdvancedLabel } from '../../index.ts';
import { printable } from '../../index.ts';
import type { Command, CommandContext } from '../command.ts';
import { formatMeasure, tellChanges } from '../exchange.ts';
import { EXIT } from '../exit-code.ts';
import { soleRemote } from '../remote-choice.ts';
import { fetchOptions } from './fetch.ts';

export const pull: Command = {
  spec: {
    usage: 'pull [remote] [labels..]',
    summary: 'fetch, and bring the labels here forward',
    about: [
      'Fetches as cas fetch does; then each label here that is named as one there goes forward to it, and those that are',
      'not here are made. A label that both have changed stays as it is, and is told: the exit code is then that of a',
      'conflict. Theirs is remotes/<remote>/<label>.',
    ].join('\n'),
    options: {
      prune: { kind: 'flag', alias: 'p', about: 'remove remotes/… labels that are gone there' },
      depth: {
        kind: 'text',
        about: 'so many snapshots of each label; all: also what a clone left out',
        value: 'N',
      },
    },
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
      fetchOptions(args, context),
    );
    context.progress.clear();
    if (context.out.format === 'json') await context.out.json(pulled);
    else await tellAdvanced(context, pulled.advanced);
    context.note(formatMeasure(pulled));
    return pulled.advanced.some(isConflict) ? EXIT.conflict : 0;
  },
};

/** One line for each label that changed, and on stderr one for each that could not. */
export async function tellAdvanced(
  { out, note }: CommandContext,
  advanced: readonly AdvancedLabel[],
): Promise<void> {
  const changes = advanced.flatMap(({ name, before, there: after, kind }) =>
    kind === 'created' || kind === 'forwarded' ? [{ name, before, after, kind }] : [],
  );
  await tellChanges(out, changes);
  for (const label of advanced.filter(isConflict))
    note(
      `cas: conflict: '${printable(label.name)}' stays as it is: ${label.problem ?? 'it cannot go forward'}`,
    );
}

function isConflict({ kind }: AdvancedLabel): boolean {
  return kind === 'diverged' || kind === 'refused';
}

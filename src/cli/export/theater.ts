/** `cas export --format theater`: a whole store in Theater's layout, and what has no place there. */
import { InvalidInputError, type View } from '../../index.ts';
import type { LabelLayout } from '../../theater.ts';
import type { Arguments, CommandContext } from '../command.ts';

const LAYOUTS: readonly LabelLayout[] = ['list', 'single'];

/** The files of the layout; what is left out is told on stderr. @throws InvalidInputError `USAGE`, `LAYOUT_UNKNOWN` */
export async function viewTheater(args: Arguments, { store, note }: CommandContext): Promise<View> {
  if (args.text('rev') !== undefined) {
    throw new InvalidInputError('USAGE', 'a store is exported as a whole in the format of Theater', {
      hint: 'leave the revision out',
    });
  }
  const layout = layoutOf(args.text('layout') ?? 'list');
  const { ContentStore, viewAsTheater } = await import('../../theater.ts');
  const contents = ContentStore.over(await store());
  const { view, problems } = await viewAsTheater(contents, { layout });
  for (const { path, message } of problems) note(`cas: warning: '${path}' ${message}`);
  return view;
}

function layoutOf(name: string): LabelLayout {
  const layout = LAYOUTS.find((known) => known === name);
  if (layout !== undefined) return layout;
  throw new InvalidInputError('LAYOUT_UNKNOWN', `no layout of labels is named '${name.slice(0, 80)}'`, {
    hint: `choose one of ${LAYOUTS.join(', ')}`,
  });
}

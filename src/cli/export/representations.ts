/** `cas export --format representations`: writes representations as files of a layout, and tells what gets lost. */
import { InvalidInputError, NotFoundError, type View } from '../../index.ts';
import type { CommandContext } from '../command.ts';
import { count } from '../format.ts';

export interface RepresentationsTarget {
  /** `undefined` where the user did not say. */
  readonly layout: string | undefined;
}

/** The files of the layout, to be written to a folder. @throws InvalidInputError `USAGE`, `LAYOUT_UNKNOWN`
 * @throws NotFoundError `REPRESENTATION_NOT_FOUND` where there are none */
export async function viewRepresentations(
  view: View,
  { layout }: RepresentationsTarget,
  { note }: CommandContext,
): Promise<View> {
  if (layout === undefined) {
    throw new InvalidInputError('USAGE', 'representations need a layout to be written in', {
      hint: 'give --layout seed, v0, v1, v2 or v3',
    });
  }
  const { exportLayout } = await import('../../semiont.ts');
  const { view: files, files: number, leftOut, unsaid } = await exportLayout(view, layout);
  if (number + leftOut.length === 0) {
    throw new NotFoundError('REPRESENTATION_NOT_FOUND', 'there are no representations in this set', {
      hint: "they are in the set of the label 'representations'",
    });
  }
  for (const { reason, representation } of leftOut) {
    const { checksum, mediaType, resource = 'no resource' } = representation;
    const why = reason === 'outdated' ? 'a later one has its name' : `${layout} has no place for it`;
    note(`cas: warning: left out '${checksum}' (${mediaType}, ${resource}): ${why}`);
  }
  for (const [key, times] of Object.entries(unsaid)) {
    if (times > 0) note(`cas: warning: ${layout} cannot say the ${key} of ${count(times, 'representation')}`);
  }
  return files;
}

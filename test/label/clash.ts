/** Whether single names can stand beside each other. */
import type { LabelName } from '../../src/label/name.ts';
import { NameIndex } from '../../src/label/name-clash.ts';

/** The other name of `names` that `name` cannot stand beside; `name` itself is no clash. */
export function clashOf(names: Iterable<LabelName>, name: LabelName): LabelName | undefined {
  const index = new NameIndex();
  for (const other of names) if (other !== name) index.add(other);
  return index.clashOf(name);
}

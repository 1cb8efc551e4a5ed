/** Where the packs of a store lie, for who makes them and takes them away. */
import type { PackPlace } from '../intake/pack-publication.ts';
import { writePackList } from '../packs/pack-list-file.ts';
import type { Repository } from './repository.ts';
import { fileModes, sharedModes } from './shared-modes.ts';

/** What a pack is written with. */
export function packPlaceOf({ files, layout, config }: Repository): PackPlace {
  const modes = sharedModes(config.settings);
  return { files, folder: `${layout.objects}/pack`, ...(modes && { permissions: modes.object }) };
}

/** Names those that are there by now, for readers that cannot list a folder. */
export async function listPacks({ files, layout, objects, config }: Repository): Promise<void> {
  const { folder } = objects.packed;
  await writePackList(files, layout.objects, { folder, ...fileModes(config.settings) });
}

/** Changes what a store is set to. */
import { readConfig, writeConfig } from './config-file.ts';
import type { Repository } from './repository.ts';
import { parseSetting } from './settings.ts';

/**
 * Changes one setting in the store's configuration; who has the store open goes on with what was.
 *
 * @param text `undefined` for what holds where nothing is said
 * @throws as `parseSetting`
 */
export async function changeSetting(
  { files, layout, config }: Repository,
  key: string,
  text: string | undefined,
): Promise<void> {
  const settings = new Map((await readConfig(files, layout)).settings); // as others have it by now
  if (text === undefined) settings.delete(key);
  else settings.set(key, parseSetting(key, text));
  await writeConfig(files, layout, { id: config.id, settings });
}

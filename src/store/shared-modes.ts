/** Permission bits for a store that a group writes together, as git's `core.sharedRepository = group` has them. */
import type { Settings } from './settings.ts';

export interface SharedModes {
  /** New members belong to the folder's group. */
  readonly folder: number;
  readonly file: number;
  readonly object: number;
}

/** `undefined` where the store is not shared: then the umask decides. */
export function sharedModes(settings: Settings): SharedModes | undefined {
  return settings.get('shared') === 'group' ? { folder: 0o2775, file: 0o664, object: 0o444 } : undefined;
}

/** The bits of a file that is replaced, such as a list, as an option of who writes it. */
export function fileModes(settings: Settings): { readonly permissions?: number } {
  const modes = sharedModes(settings);
  return modes === undefined ? {} : { permissions: modes.file };
}

/** Who is at work: for the label log always, for snapshots only where somebody said so. */
import { userInfo } from 'node:os';
import { type Author, InvalidInputError, type Store } from '../index.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** For the label log: CAS_AUTHOR, or the name of the user of this machine. */
export function identityOf(environment: Environment): string {
  if (environment['CAS_AUTHOR']) return environment['CAS_AUTHOR'];
  try {
    return userInfo().username;
  } catch {
    return ''; // a user without an entry in the machine's list
  }
}

/**
 * The author of a snapshot: `--author`, CAS_AUTHOR, or the store's settings. Nobody where none says so: the same
 * content then makes the same snapshot, whoever commits it.
 *
 * @throws InvalidInputError `AUTHOR_INVALID`
 */
export function authorOf(
  option: string | undefined,
  environment: Environment,
  store: Store,
): Author | undefined {
  const text = option ?? (environment['CAS_AUTHOR'] || undefined);
  if (text === undefined) {
    const name = store.settings.get('user.name');
    return name === undefined
      ? undefined
      : { name: String(name), mail: String(store.settings.get('user.mail') ?? '') };
  }
  const [, name, mail = ''] = /^([^<>\n\r\0]*[^<>\n\r\0 ])(?: <([^<>\n\r\0]*)>)?$/.exec(text) ?? [];
  if (name !== undefined) return { name: name.trim(), mail };
  throw new InvalidInputError('AUTHOR_INVALID', `not an author: '${text.slice(0, 100)}'`, {
    hint: "write 'Name' or 'Name <mail>'",
  });
}

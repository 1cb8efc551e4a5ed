/** Which other store is meant. */
import { InvalidInputError, type Remotes } from '../index.ts';

/** The remote that was named; where none was, the only one there is, or `origin`. @throws InvalidInputError `USAGE` */
export async function soleRemote(remotes: Remotes, name: string | undefined): Promise<string> {
  if (name !== undefined) return name;
  const names = (await remotes.list()).map((remote) => remote.name);
  if (names.length === 1) return names[0]!;
  if (names.includes('origin')) return 'origin';
  const isNone = names.length === 0;
  throw new InvalidInputError('USAGE', isNone ? 'no other store is known here' : 'which remote?', {
    hint: isNone ? "add one with 'cas remote add NAME URL'" : `name one of ${names.join(', ')}`,
  });
}

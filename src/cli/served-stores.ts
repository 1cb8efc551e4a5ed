/** Which stores `cas serve` is to serve, under which names, and how it proves who it is. */
import { basename, dirname, resolve } from 'node:path';
import { findStore, InvalidInputError, NotFoundError, nodeFiles, type ServeOptions } from '../index.ts';
import type { CommandContext } from './command.ts';

const MAX_PEM_BYTES: number = 2 ** 20;

/**
 * Folders by names.
 *
 * @param words each `NAME=DIR` or `DIR`, which is named after its folder; none: the store that is meant
 */
export async function servedStores(
  words: readonly string[],
  { storePath, cwd }: Pick<CommandContext, 'storePath' | 'cwd'>,
): Promise<Record<string, string>> {
  const meant = words.length > 0 ? words : [storePath ?? (await findStore(cwd))];
  const stores: Record<string, string> = {};
  for (const word of meant) {
    const [, said, folder = word] = /^([^=/]+)=(.+)$/.exec(word) ?? [];
    const name = said ?? nameOf(folder);
    if (Object.hasOwn(stores, name)) throw servedTwice(name);
    stores[name] = folder;
  }
  return stores;
}

/** @throws InvalidInputError `USAGE` for one without the other @throws NotFoundError `FILE_NOT_FOUND` */
export async function tlsOf(
  cert: string | undefined,
  key: string | undefined,
): Promise<ServeOptions['tls'] | undefined> {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new InvalidInputError('USAGE', 'a certificate is no good without its key', {
      hint: 'give both: --cert FILE --key FILE',
    });
  return { cert: await readPem(cert), key: await readPem(key) };
}

function nameOf(folder: string): string {
  const place = resolve(folder);
  return basename(basename(place) === '.cas' ? dirname(place) : place) || 'store';
}

async function readPem(path: string): Promise<Uint8Array> {
  const bytes = await nodeFiles().readFile(resolve(path), MAX_PEM_BYTES);
  if (bytes !== undefined) return bytes;
  throw new NotFoundError('FILE_NOT_FOUND', `'${path}' is not there`, { hint: 'give it as PEM' });
}

function servedTwice(name: string): InvalidInputError {
  return new InvalidInputError('USAGE', `two stores would be served as '${name.slice(0, 100)}'`, {
    hint: 'name one of them: NAME=DIR',
  });
}

/** The contents of a store by their SHA-1: its aliases, as Theater's names. */
import type { Store } from '../api/store.ts';
import { InvalidInputError, NotFoundError } from '../errors/errors.ts';
import { ContentRef } from './content-ref.ts';
import type { LabelledContent } from './label-set.ts';

/** @returns `undefined` where there is none @throws InvalidInputError `AMBIGUOUS` where two contents have this SHA-1 */
export async function findContent(store: Store, ref: ContentRef): Promise<LabelledContent | undefined> {
  const id = await store.aliases.find('sha1', ref.hash);
  if (id === undefined) return undefined;
  const { sizeBytes } = await store.stat(id);
  return { ref, id, sizeBytes };
}

/** @throws NotFoundError `CONTENT_NOT_FOUND`, and as {@link findContent} */
export async function requireContent(store: Store, ref: ContentRef): Promise<LabelledContent> {
  const found = await findContent(store, ref);
  if (found !== undefined) return found;
  throw new NotFoundError('CONTENT_NOT_FOUND', `no content with the hash '${ref.hash}' is in the store`, {
    hint: 'store it first',
  });
}

/** Whether any content has this SHA-1, be it one or several. */
export async function hasContent(store: Store, ref: ContentRef): Promise<boolean> {
  try {
    return (await findContent(store, ref)) !== undefined;
  } catch (error) {
    if (isAmbiguous(error)) return true;
    throw error;
  }
}

/** Whether `error` says that two contents have one hash. */
export function isAmbiguous(error: unknown): boolean {
  return error instanceof InvalidInputError && error.code === 'AMBIGUOUS';
}

/** Every content, by its hash ascending; two of one hash follow each other. */
export async function* listContents(store: Store): AsyncGenerator<LabelledContent> {
  for await (const [hash, id] of store.aliases.list('sha1')) {
    const { sizeBytes } = await store.stat(id);
    yield { ref: new ContentRef(hash), id, sizeBytes };
  }
}

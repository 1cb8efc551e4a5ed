/** Labels that are named by patterns. */
import { InvalidInputError, NotFoundError, nearestOf, type Store } from '../index.ts';
import { compileGlob, isGlob } from './glob.ts';

/**
 * The names of all labels that any of `patterns` fits, ascending. A pattern without special characters is a name.
 *
 * @throws NotFoundError `LABEL_NOT_FOUND` for a pattern that fits none
 * @throws InvalidInputError `PATTERN_INVALID`
 */
export async function labelsLike(store: Store, patterns: readonly string[]): Promise<string[]> {
  const names = (await store.labels.list()).map(({ name }) => name);
  const chosen = new Set<string>();
  for (const pattern of patterns) {
    if (pattern === '') throw new InvalidInputError('PATTERN_INVALID', 'an empty pattern fits no label');
    const fits = await compileGlob(pattern);
    const found = names.filter((name) => fits(name)); // and nothing else that a filter is told
    if (found.length === 0) throw noLabelLike(pattern, names);
    for (const name of found) chosen.add(name);
  }
  return names.filter((name) => chosen.has(name));
}

function noLabelLike(pattern: string, names: readonly string[]): NotFoundError {
  const folders = names.flatMap((name) => foldersOf(name).map((folder) => `${folder}/*`));
  const near = nearestOf(pattern, isGlob(pattern) ? [...new Set(folders), ...names] : names);
  return new NotFoundError('LABEL_NOT_FOUND', `no label is like '${pattern.slice(0, 200)}'`, {
    hint: near === undefined ? "run 'cas labels' for all labels" : `did you mean '${near}'?`,
  });
}

/** `a` and `a/b` of the label `a/b/c`. */
function foldersOf(name: string): string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

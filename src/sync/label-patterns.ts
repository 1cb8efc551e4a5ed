/** Patterns of label names, in which `*` stands for any characters, `/` too. */
import { nearestOf } from '../bytes/nearest.ts';
import { NotFoundError } from '../errors/errors.ts';
import { type LabelName, parseLabelName } from '../label/name.ts';
import { compileStars } from '../tree/conditions.ts';
import type { BundledLabel } from '../wire/bundle-header.ts';

const MOST_SHOWN = 5;

/** Whether any of `patterns` matches; of none, all do. */
export function labelMatcher(patterns: readonly string[]): (name: string) => boolean {
  if (patterns.length === 0) return () => true;
  const names = new Set(patterns);
  const tests = patterns.filter(isPattern).map(compileStars);
  return (name) => names.has(name) || tests.some((isLike) => isLike(name));
}

/**
 * Those of `labels` that `patterns` ask for.
 *
 * @throws NotFoundError `LABEL_NOT_FOUND` where one is named without a `*`, and is not among them
 * @throws InvalidInputError `LABEL_NAME_INVALID`
 */
export function chooseLabels(labels: readonly BundledLabel[], patterns: readonly string[]): BundledLabel[] {
  const names = new Set<LabelName>(labels.map(({ name }) => name));
  for (const pattern of patterns.filter((text) => !isPattern(text))) {
    const name = parseLabelName(pattern);
    if (!names.has(name)) throw labelNotAmong(labels, name);
  }
  const matches = labelMatcher(patterns);
  return labels.filter(({ name }) => matches(name));
}

/** As {@link chooseLabels}, and each pattern fits a label. @throws NotFoundError `LABEL_NOT_FOUND` where one fits none */
export function chooseSome(labels: readonly BundledLabel[], patterns: readonly string[]): BundledLabel[] {
  for (const pattern of patterns)
    if (chooseLabels(labels, [pattern]).length === 0) throw labelNotAmong(labels, pattern);
  return chooseLabels(labels, patterns);
}

/** The error for a name or a pattern that fits none of `labels`, wherever these are. */
export function labelNotAmong(labels: readonly BundledLabel[], text: string): NotFoundError {
  const names = labels.map(({ name }) => name);
  const near = nearestOf(text, names);
  const shown = names.length > MOST_SHOWN ? [...names.slice(0, MOST_SHOWN), '…'] : names;
  const choice = names.length === 0 ? 'there are no labels' : `choose one of ${shown.join(', ')}`;
  const fault = isPattern(text) ? `no label is like '${text.slice(0, 200)}'` : `label '${text}' not found`;
  return new NotFoundError('LABEL_NOT_FOUND', fault, {
    hint: near === undefined ? choice : `did you mean '${near}'?`,
  });
}

function isPattern(text: string): boolean {
  return text.includes('*');
}

/** Patterns of label names, in which `*` stands for any characters, `/` too. */
import { labelNotFound } from '../label/edit.ts';
import { type LabelName, parseLabelName } from '../label/name.ts';
import type { BundledLabel } from '../wire/bundle-header.ts';

/** Whether any of `patterns` matches; of none, all do. */
export function labelMatcher(patterns: readonly string[]): (name: string) => boolean {
  if (patterns.length === 0) return () => true;
  const names = new Set(patterns);
  const expressions = patterns.filter(isPattern).map(expressionOf);
  return (name) => names.has(name) || expressions.some((expression) => expression.test(name));
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
    if (!names.has(name)) throw labelNotFound(name);
  }
  const matches = labelMatcher(patterns);
  return labels.filter(({ name }) => matches(name));
}

function isPattern(text: string): boolean {
  return text.includes('*');
}

function expressionOf(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) => part.replaceAll(/[$()+.?[\\\]^{|}/-]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

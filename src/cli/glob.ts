/** Patterns as shells have them. What does the matching is loaded only for a pattern that needs it. */
import { compileStars, formatName, InvalidInputError, type WalkedEntry } from '../index.ts';

export type Matcher = (text: string) => boolean;

export interface GlobOptions {
  /** Whether `*` stops at a slash, as in paths, or not, as in other text. @default 'stop' */
  readonly atSlash?: 'stop' | 'go-on';
}

/** Whether `text` has any character that is special in a pattern. */
export function isGlob(text: string): boolean {
  return /[*?[\]{}()!+@\\]/.test(text);
}

/** @throws InvalidInputError `PATTERN_INVALID` */
export async function compileGlob(pattern: string, options: GlobOptions = {}): Promise<Matcher> {
  const { atSlash = 'stop' } = options;
  if (!isGlob(pattern) && pattern !== '') return (text) => text === pattern;
  if (atSlash === 'go-on' && !isGlob(pattern.replaceAll('*', ''))) return compileStars(pattern);
  const { default: picomatch } = await import('picomatch');
  try {
    return picomatch(pattern, { dot: true, strictBrackets: true, bash: atSlash === 'go-on' });
  } catch (cause) {
    throw new InvalidInputError('PATTERN_INVALID', `not a pattern: '${pattern.slice(0, 100)}'`, {
      hint: "write '*.js', 'docs/**', 'v[0-9]?' or '{a,b}/*', with a backslash before what is to be taken as it is",
      cause,
    });
  }
}

/** Matches paths; a pattern without a slash matches base names in any folder, a slash in front means the root. */
export async function compilePathGlob(pattern: string): Promise<(walked: WalkedEntry) => boolean> {
  const matches = await compileGlob(pattern.replace(/^\//, ''));
  if (pattern.includes('/')) return ({ path }) => matches(formatName(path));
  return ({ entry }) => matches(formatName(entry.name));
}

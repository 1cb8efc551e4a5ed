/**
 * Which members of a folder some patterns match: gitignore(5)'s rules, from files in the folders and from the caller.
 *
 * The caller's rules come first, then those of the deepest folder, and so on up to the top: the first of them
 * that has an answer decides. What lies in a folder that matches does, too, and nothing takes that back.
 * Names are text here: `?` is one character, where git takes one byte.
 */
import type { FileKind } from '../files/file-system.ts';
import { DeepRule } from './deep-rule.ts';
import { ListedRules, type RuleMatcher } from './rule-matcher.ts';

/** Rules that stand in one folder, all of a file or some of them. */
interface Level {
  /** Where the paths that its matcher sees begin, in a path from the top. */
  readonly start: number;
  readonly matcher: RuleMatcher;
}

/** How rules become a level, and where. */
interface Listing extends Pick<Level, 'start'> {
  readonly list: (lines: readonly string[]) => ListedRules;
}

/** The rules that hold in one folder: its own, and those of the folders above. */
export class PathRules {
  /** What decides first comes first. */
  readonly #levels: readonly Level[];
  /** How many of them are the caller's. */
  readonly #callers: number;

  private constructor(levels: readonly Level[], callers: number) {
    this.#levels = levels;
    this.#callers = callers;
  }

  /** @param patterns a rule each, relative to the top; the last that matches decides */
  static from(patterns: readonly string[]): PathRules {
    const levels = levelsAt(patterns, { start: 0, list: (listed) => ListedRules.of(listed) });
    return new PathRules(levels, levels.length);
  }

  /** Where there are none, no path needs to be spelt. */
  get isEmpty(): boolean {
    return this.#levels.length === 0;
  }

  /**
   * @param path from the top, as text: its bytes read as UTF-8, U+FFFD where they are none
   * @param kind what is at `path`; a symlink is no folder, wherever it leads
   */
  matches(path: string, kind: FileKind): boolean {
    for (const { start, matcher } of this.#levels) {
      const { ignored, unignored } = matcher.test(path.slice(start) + (kind === 'folder' ? '/' : ''));
      if (ignored || unignored) return ignored;
    }
    return false;
  }

  /**
   * The rules inside a folder that these rules do not match.
   *
   * @param path of the folder from the top, with a slash at its end; `''` for the top itself
   * @param text of the file with its own rules, `undefined` where it has none
   */
  within(path: string, text: string | undefined): PathRules {
    const levels = path === '' ? this.#levels : this.#levels.map((level) => letIn(level, path));
    const own =
      text === undefined
        ? []
        : levelsAt(linesOf(text), { start: path.length, list: (lines) => ListedRules.ofLines(lines) });
    return new PathRules(
      [...levels.slice(0, this.#callers), ...own, ...levels.slice(this.#callers)],
      this.#callers,
    );
  }
}

/** As git has them: a mark of the order of bytes is no part of the first, nor a CR at its end of any. */
function linesOf(text: string): string[] {
  return text.replace(/^\uFEFF/, '').split(/\r?\n|\r$/);
}

/** What decides first, which stands last, comes first: a deep rule by itself, and what stands between two of them. */
function levelsAt(lines: readonly string[], { start, list }: Listing): Level[] {
  const levels: Level[] = [];
  let from = 0;
  const listUpTo = (to: number): void => {
    if (to > from) levels.push({ start, matcher: list(lines.slice(from, to)) });
    from = to + 1;
  };
  for (const [at, line] of lines.entries()) {
    const deep = DeepRule.find(line);
    if (deep === undefined) continue;
    listUpTo(at);
    levels.push({ start, matcher: deep });
  }
  listUpTo(lines.length);
  return levels.toReversed();
}

/**
 * A level as it holds in a folder that was let in. A matcher looks at the folders above a path too, and one that
 * another level has overruled must not answer for all that is in it.
 */
function letIn(level: Level, folder: string): Level {
  const { start, matcher } = level;
  const path = folder.slice(start);
  return matcher.test(path).ignored ? { start, matcher: matcher.lettingIn(path) } : level;
}

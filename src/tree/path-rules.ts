/**
 * Which members of a folder some patterns match: gitignore(5)'s rules, from files in the folders and from the caller.
 *
 * The caller's rules come first, then those of the deepest folder, and so on up to the top: the first of them
 * that has an answer decides. What lies in a folder that matches does, too, and nothing takes that back.
 * Names are text here: `?` is one character, where git takes one byte.
 */
import ignore, { type Ignore } from 'ignore';
import type { FileKind } from '../files/file-system.ts';

/** A matcher remembers every answer it gives; after so many a fresh one takes its place. */
const MAX_ANSWERS = 65_536;

/** Rules that stand in one folder. */
interface Level {
  /** Where the paths that its matcher sees begin, in a path from the top. */
  readonly start: number;
  matcher: Ignore;
  answers: number;
}

/** The rules that hold in one folder: its own, and those of the folders above. */
export class PathRules {
  /** What decides first comes first. */
  readonly #levels: readonly Level[];
  /** How many of them are the caller's: none or one. */
  readonly #callers: number;

  private constructor(levels: readonly Level[], callers: number) {
    this.#levels = levels;
    this.#callers = callers;
  }

  /** @param patterns a rule each, relative to the top; the last that matches decides */
  static from(patterns: readonly string[]): PathRules {
    if (patterns.length === 0) return new PathRules([], 0);
    return new PathRules([levelAt(0, newMatcher().add(patterns.map((pattern) => ({ pattern }))))], 1);
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
    for (const level of this.#levels) {
      const { ignored, unignored } = ask(level, path, kind);
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
    const own = text === undefined ? [] : [levelAt(path.length, newMatcher().add(text))];
    return new PathRules(
      [...levels.slice(0, this.#callers), ...own, ...levels.slice(this.#callers)],
      this.#callers,
    );
  }
}

function newMatcher(): Ignore {
  return ignore({ ignorecase: false });
}

function levelAt(start: number, matcher: Ignore): Level {
  return { start, matcher, answers: 0 };
}

function ask(level: Level, path: string, kind: FileKind): { ignored: boolean; unignored: boolean } {
  if (++level.answers > MAX_ANSWERS) {
    level.matcher = newMatcher().add(level.matcher);
    level.answers = 0;
  }
  return level.matcher.test(path.slice(level.start) + (kind === 'folder' ? '/' : ''));
}

/**
 * A level as it holds in a folder that was let in. A matcher looks at the folders above a path too, and one that
 * another level has overruled must not answer for all that is in it.
 */
function letIn(level: Level, folder: string): Level {
  const path = folder.slice(level.start);
  if (!level.matcher.test(path).ignored) return level;
  const pattern = `!/${path.replace(/[\\*?[\]]/g, '\\$&')}`;
  return levelAt(level.start, newMatcher().add(level.matcher).add({ pattern }));
}

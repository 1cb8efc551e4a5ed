/** Some rules of gitignore(5), asked about paths. */
import ignore, { type Ignore } from 'ignore';

/** What rules say of a path: it is left out, it is taken back, or neither. */
export interface RuleAnswer {
  readonly ignored: boolean;
  readonly unignored: boolean;
}

/** Rules that stand one after the other: the last that matches decides. */
export interface RuleMatcher {
  /** @param path names joined by `/`, and of a folder a slash behind them: what is in a folder that matches does, too */
  test(path: string): RuleAnswer;
  /** The same rules where a folder that they match was let in by others: they leave it alone. @param folder as a path */
  lettingIn(folder: string): RuleMatcher;
}

/** A matcher remembers every answer it gives; after so many a fresh one takes its place. */
const MAX_ANSWERS = 65_536;

export class ListedRules implements RuleMatcher {
  #rules: Ignore;
  #answers = 0;

  private constructor(rules: Ignore) {
    this.#rules = rules;
  }

  /** @param patterns a rule each */
  static of(patterns: readonly string[]): ListedRules {
    return new ListedRules(newRules().add(patterns.map((pattern) => ({ pattern }))));
  }

  /** @param lines of a file of rules, without their ends */
  static ofLines(lines: readonly string[]): ListedRules {
    return new ListedRules(newRules().add(lines.map((line) => `${line}\r\n`).join('')));
  }

  test(path: string): RuleAnswer {
    if (++this.#answers > MAX_ANSWERS) {
      this.#rules = newRules().add(this.#rules);
      this.#answers = 0;
    }
    return this.#rules.test(path);
  }

  lettingIn(folder: string): ListedRules {
    const pattern = `!/${folder.replace(/[\\*?[\]]/g, '\\$&')}`;
    return new ListedRules(newRules().add(this.#rules).add({ pattern }));
  }
}

function newRules(): Ignore {
  return ignore({ ignorecase: false });
}

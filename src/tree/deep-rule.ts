/**
 * One rule in which `**` stands for folders in several places. As a regular expression it would be tried in so many ways
 * that of a deep path it never comes to an end. Here what stands between two `**` is looked for from left to right, and
 * taken at the first place where it fits: what comes behind may be anywhere, so that no later place is better.
 */
import { ListedRules, type RuleAnswer, type RuleMatcher } from './rule-matcher.ts';

/** With fewer of them an expression is quick. */
const MIN_DEEP = 3;
/** An escaped character, a class of them, or a single one. */
const TOKEN = /\\.|\[[!^]?\]?(?:\\.|\[:\w*:\]|[^\]\\])*\]|[^]/g;
const SPECIAL = /[*?[\\]/;
const TRAILING_SPACES = /(?<!\\) +$/;
const NO_ANSWER: RuleAnswer = { ignored: false, unignored: false };

/** Whether a name is as one part of a rule says. */
type NameTest = (name: string) => boolean;

interface ParsedRule {
  readonly isNegated: boolean;
  readonly isForFolders: boolean;
  /** What stands before the first `**`, between two of them, and behind the last; any of it may be nothing. */
  readonly pieces: readonly (readonly NameTest[])[];
  /** Shorter paths do not match: behind the last `**` there is something. */
  readonly leastNames: number;
}

export class DeepRule implements RuleMatcher {
  readonly #rule: ParsedRule;
  /** Folders, each with a slash behind it. */
  readonly #letIn: ReadonlySet<string>;

  private constructor(rule: ParsedRule, letIn: ReadonlySet<string>) {
    this.#rule = rule;
    this.#letIn = letIn;
  }

  /** The rule that a line is, or `undefined` where `**` does not stand for folders in so many places. */
  static find(line: string): DeepRule | undefined {
    if (line.split('**').length <= MIN_DEEP) return undefined; // as almost all
    const isNegated = line.startsWith('!');
    const parts = partsOf(line.slice(isNegated ? 1 : 0).replace(TRAILING_SPACES, ''));
    if (parts.filter((part) => part === '**').length < MIN_DEEP || line.startsWith('#')) return undefined;
    const isForFolders = parts.at(-1) === '';
    if (isForFolders) parts.pop();
    if (parts[0] === '') parts.shift(); // from the top, as any rule with a slash in it
    const pieces = piecesOf(parts);
    const leastNames = pieces.flat().length + (parts.at(-1) === '**' ? 1 : 0);
    return new DeepRule({ isNegated, isForFolders, pieces, leastNames }, new Set());
  }

  test(path: string): RuleAnswer {
    const isFolder = path.endsWith('/');
    const names = path.split('/').slice(0, isFolder ? -1 : undefined);
    if (this.#rule.isNegated)
      return this.#matches(names, isFolder) ? { ignored: false, unignored: true } : NO_ANSWER;
    for (let count = 1; count <= names.length; count++) {
      if (this.#matches(names.slice(0, count), isFolder || count < names.length))
        return { ignored: true, unignored: false };
    }
    return NO_ANSWER;
  }

  lettingIn(folder: string): DeepRule {
    return new DeepRule(this.#rule, new Set([...this.#letIn, folder]));
  }

  /** Whether the rule matches just this, whatever it is in. */
  #matches(names: readonly string[], isFolder: boolean): boolean {
    const { isForFolders, pieces, leastNames } = this.#rule;
    if (names.length < leastNames || (isForFolders && !isFolder)) return false;
    if (isFolder && this.#letIn.has(`${names.join('/')}/`)) return false;
    const first = pieces[0]!;
    const last = pieces.at(-1)!;
    const end = names.length - Math.max(last.length, 1);
    if (!fits(first, names, 0)) return false;
    let at = first.length;
    for (const piece of pieces.slice(1, -1)) {
      while (at <= names.length - piece.length && !fits(piece, names, at)) at++;
      at += piece.length;
    }
    return at <= end && fits(last, names, end);
  }
}

/** The parts between slashes, which may be escaped, and may stand in classes that they do not end. */
function partsOf(pattern: string): string[] {
  const parts = [''];
  for (const { 0: token, index } of pattern.matchAll(TOKEN)) {
    if (token === '[') {
      parts[parts.length - 1] += pattern.slice(index); // a class without an end: no name is like it
      break;
    }
    if (token === '/' || token === '\\/') parts.push('');
    else parts[parts.length - 1] += token;
  }
  return parts;
}

function piecesOf(parts: readonly string[]): NameTest[][] {
  const pieces: NameTest[][] = [[]];
  for (const part of parts) {
    const last = pieces.at(-1)!;
    if (part !== '**') last.push(nameTest(part));
    else if (pieces.length === 1 || last.length > 0) pieces.push([]); // several in a row are one
  }
  return pieces;
}

function nameTest(part: string): NameTest {
  if (!SPECIAL.test(part)) return (name) => name === part;
  const rules = ListedRules.of([
    `/${part.replace(TRAILING_SPACES, (spaces) => '\\ '.repeat(spaces.length))}`,
  ]);
  return (name) => rules.test(name).ignored;
}

/** Whether the names from `at` on are those of a piece. */
function fits(piece: readonly NameTest[], names: readonly string[], at: number): boolean {
  return at + piece.length <= names.length && piece.every((test, number) => test(names[at + number]!));
}

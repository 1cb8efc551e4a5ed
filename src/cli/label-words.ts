/** Changes of labels in words: `move release/v2 release/v2~1`. */
import { InvalidInputError, type LabelRequest, type LabelVerb } from '../index.ts';
import { parseWord } from './arguments.ts';

interface VerbSpec {
  /** What follows the verb, as the help shows it; the name comes first. */
  readonly operands: readonly string[];
  readonly about: string;
  /** @param operand what follows the name, '' where nothing does */
  readonly build: (operand: string) => LabelVerb;
}

export const LABEL_VERBS: ReadonlyMap<string, VerbSpec> = new Map<string, VerbSpec>([
  ['create', { operands: ['NAME', 'REV'], about: 'make a label', build: (at) => ({ verb: 'create', at }) }],
  [
    'move',
    {
      operands: ['NAME', 'REV'],
      about: 'let it name another snapshot',
      build: (at) => ({ verb: 'move', at }),
    },
  ],
  ['undo', { operands: ['NAME'], about: 'take back its last move', build: () => ({ verb: 'undo' }) }],
  [
    'rename',
    {
      operands: ['NAME', 'NEW'],
      about: 'rename it, history and all',
      build: (to) => ({ verb: 'rename', to }),
    },
  ],
  [
    'delete',
    { operands: ['NAME'], about: 'delete it; what it named stays', build: () => ({ verb: 'delete' }) },
  ],
  [
    'protect',
    { operands: ['NAME'], about: 'refuse to move or delete it', build: () => ({ verb: 'protect' }) },
  ],
  ['unprotect', { operands: ['NAME'], about: 'let it be moved again', build: () => ({ verb: 'unprotect' }) }],
  [
    'keep',
    {
      operands: ['NAME', 'all|N|Nd'],
      about: 'how much history it holds',
      build: (keep) => ({ verb: 'keep', keep }),
    },
  ],
]);

/** Whether it may be asked for several names at once, as in `delete a b c`. */
export function takesManyNames(verb: string): boolean {
  return LABEL_VERBS.get(verb)?.operands.length === 1;
}

/**
 * @param words the verb, a name, and what the verb takes
 * @throws InvalidInputError `USAGE`
 */
export function parseLabelWords(words: readonly string[]): LabelRequest {
  const [verb = '', name = '', operand = ''] = words;
  const spec = findVerb(verb);
  if (words.length - 1 === spec.operands.length) return { name, ...spec.build(operand) };
  const usage = `${verb} ${spec.operands.join(' ')}`;
  const given = words.length - 1 < spec.operands.length ? 'too little' : 'too much';
  throw new InvalidInputError('USAGE', `${given} for 'label ${verb}'`, {
    hint: `write 'cas label ${usage}'`,
  });
}

/** One change a line, blanks between words, and behind them what the label must be before: a revision or `none`. */
export function parseLabelLines(text: string): LabelRequest[] {
  return text.split('\n').flatMap((line, at) => {
    const words = line.split(/[ \t\r]+/).filter((word) => word !== '');
    return words.length === 0 || words[0]!.startsWith('#') ? [] : [parseLine(words, at + 1)];
  });
}

function parseLine(words: readonly string[], number: number): LabelRequest {
  const spec = LABEL_VERBS.get(words[0]!);
  const expectAt = spec === undefined ? words.length : spec.operands.length + 1;
  try {
    const request = parseLabelWords(words.slice(0, expectAt));
    const [expect, ...rest] = words.slice(expectAt);
    if (rest.length > 0) throw new InvalidInputError('USAGE', 'words follow the expected value');
    return expect === undefined ? request : { ...request, expect };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(error.code, `line ${number}: ${error.message}`, {
      hint: "write lines such as 'move NAME REV' or 'delete NAME'; nothing was changed",
    });
  }
}

function findVerb(verb: string): VerbSpec {
  return LABEL_VERBS.get(parseWord(verb, { command: 'label', words: [...LABEL_VERBS.keys()] }))!;
}

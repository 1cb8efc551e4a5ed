/** `cas grep`: lines of files that match a pattern. */
import { InvalidInputError } from '../../index.ts';
import { parseCount } from '../arguments.ts';
import type { Arguments, Command } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { ContentSearch } from '../grep/content-search.ts';
import { compileLinePattern, type LinePattern } from '../grep/line-pattern.ts';
import type { LineSearchOptions } from '../grep/line-search.ts';
import { MatchOutput } from '../grep/match-output.ts';
import { compilePathFilter, readFiles } from '../grep/searched-files.ts';
import type { Output } from '../output.ts';

/** More lines around a match would be held for each of them. */
const MAX_CONTEXT_LINES = 10_000;

export const grep: Command = {
  spec: {
    usage: 'grep <pattern> <revs..>',
    summary: 'print the lines of files that match a pattern',
    about: [
      'PATTERN is a regular expression as JavaScript has them, and is looked for in each line by itself. REV is a label,',
      'an id, or any other revision, with :PATH behind it for a folder or a file. In front of a line stands what',
      "'cas cat' takes. Exits with 1 where nothing matches. Symlinks are not searched; of a binary file, which has a NUL",
      'near its beginning, only that it matches is told; what is not UTF-8 is searched as Latin-1. A PATTERN that begins',
      'with a hyphen goes behind --, with the revisions after it.',
    ].join('\n'),
    options: {
      'ignore-case': { kind: 'flag', about: 'letters match in any case', alias: 'i' },
      'fixed-strings': { kind: 'flag', about: 'PATTERN is text as it is', alias: 'F' },
      'word-regexp': { kind: 'flag', about: 'only whole words match', alias: 'w' },
      'invert-match': { kind: 'flag', about: 'the lines that do not match', alias: 'v' },
      'line-number': { kind: 'flag', about: 'with the numbers of lines, from 1 on', alias: 'n' },
      'files-with-matches': { kind: 'flag', about: 'names of files alone', alias: 'l' },
      count: { kind: 'flag', about: 'the number of lines in each file that has any', alias: 'c' },
      'after-context': { kind: 'text', about: 'N lines after each, too', alias: 'A', value: 'N' },
      'before-context': { kind: 'text', about: 'N lines before each, too', alias: 'B', value: 'N' },
      context: { kind: 'text', about: 'N lines before and after each, too', alias: 'C', value: 'N' },
      glob: {
        kind: 'texts',
        about: "only files like this, as for 'find'; not with ! in front",
        alias: 'g',
        value: 'GLOB',
      },
      zero: { kind: 'flag', about: 'with -l: raw names, each ended by a NUL', alias: 'z' },
    },
    examples: [
      ["cas grep -n 'error|warning' release/v2", 'finds lines, and tells their numbers'],
      ["cas grep -l -F 'eval(' release/v1 release/v2:lib", 'names the files that have this text'],
      ["cas grep -i -w license app -g '*.md' -g '!docs/**'", 'looks into some files only'],
      ['cas grep -C 2 -- --verbose app:bin/run', 'shows what is around an option, in one file'],
    ],
  },
  async run(args, { out, store: open, progress, signal }) {
    const lines = lineOptions(args, out);
    const isWanted = await compilePathFilter(args.texts('glob'));
    const output = new MatchOutput(out, {
      lineNumbers: args.flag('line-number') ? 'show' : 'hide',
      groups: lines.before + lines.after > 0 ? 'apart' : 'together',
    });
    const search = new ContentSearch(patternOf(args), { lines, output, progress, signal });
    const store = await open();
    for (const revision of args.texts('revs')) {
      const contents = readFiles(
        store,
        revision,
        (walked) => isWanted(walked) && !search.isKnown(walked.entry.id),
      );
      for await (const some of contents) await search.add(some);
    }
    return search.foundAny ? EXIT.ok : EXIT.no;
  },
};

/** @throws InvalidInputError `PATTERN_INVALID` */
function patternOf(args: Arguments): LinePattern {
  return compileLinePattern(args.required('pattern'), {
    text: args.flag('fixed-strings') ? 'fixed' : 'regular expression',
    letters: args.flag('ignore-case') ? 'any case' : 'as they are',
    at: args.flag('word-regexp') ? 'whole words' : 'anywhere',
  });
}

/** @throws InvalidInputError `USAGE` */
function lineOptions(args: Arguments, out: Output): LineSearchOptions {
  const wants = args.flag('files-with-matches') ? 'any' : args.flag('count') ? 'count' : 'lines';
  if (args.flag('zero') && wants !== 'any')
    throw new InvalidInputError('USAGE', '--zero is for names alone', { hint: 'give it along with -l' });
  const around = contextLines(args, 'context') ?? 0;
  const before = contextLines(args, 'before-context') ?? around;
  const after = contextLines(args, 'after-context') ?? around;
  const needsNumbers = args.flag('line-number') || out.format === 'json' || before + after > 0;
  return {
    select: args.flag('invert-match') ? 'others' : 'matching',
    wants,
    before,
    after,
    numbers: needsNumbers ? 'count' : 'skip',
    findSpans: out.isTerminal,
  };
}

/** @throws InvalidInputError `USAGE` */
function contextLines(args: Arguments, name: string): number | undefined {
  const count = parseCount(args.text(name), name);
  if (count === undefined || count <= MAX_CONTEXT_LINES) return count;
  throw new InvalidInputError('USAGE', `--${name} takes at most ${MAX_CONTEXT_LINES}`, {
    hint: "print the whole file with 'cas cat'",
  });
}

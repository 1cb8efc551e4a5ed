/** `cas label`: changes labels, one or many at once. */
import {
  collectBytes,
  formatKeep,
  InvalidInputError,
  type Label,
  type LabelRequest,
  type Labels,
} from '../../index.ts';
import type { Arguments, Command, CommandContext } from '../command.ts';
import { count, shortId } from '../format.ts';
import { LABEL_VERBS, parseLabelLines, parseLabelWords, takesManyNames } from '../label-words.ts';

const MAX_INPUT_BYTES: number = 64 * 2 ** 20;
const VERB_COLUMNS = 28;

const verbLines = [...LABEL_VERBS].map(
  ([verb, { operands, about }]) => `  ${`${verb} ${operands.join(' ')}`.padEnd(VERB_COLUMNS)}${about}`,
);

export const label: Command = {
  spec: {
    usage: 'label [change] [names..]',
    summary: 'make, move, rename, protect or delete labels',
    about:
      `changes:\n${verbLines.join('\n')}\n\n` +
      'undo, delete, protect and unprotect take several names. With --stdin, changes are read from standard input,\n' +
      'one a line, words between blanks, and all of them happen or none does; behind a change may stand what the label\n' +
      "must be before, a revision or 'none'. Every change is in 'cas reflog', and can be taken back.",
    options: {
      stdin: { kind: 'flag', about: 'read changes, one a line' },
      expect: { kind: 'text', about: "only if the label is this now, or 'none'", value: 'REV' },
      force: {
        kind: 'flag',
        about: 'also where the label is protected, or what it is to name is incomplete',
      },
      reason: { kind: 'text', about: 'why, for the log of labels', alias: 'm', value: 'TEXT' },
    },
    words: [...LABEL_VERBS.keys()],
    examples: [
      ['cas label create stable release/v2', 'makes the label stable, where release/v2 is'],
      ['cas label move stable release/v2~1 --expect release/v2', 'moves it, if nobody else did'],
      ['cas label keep nightly 30d', 'lets nightly hold what is younger than 30 days'],
      ["printf 'move stable release/v3\\ndelete beta\\n' | cas label --stdin", 'does both, or neither'],
    ],
  },
  async run(args, context) {
    const requests = await readRequests(args, context);
    const { labels } = await context.store();
    const reason = args.text('reason');
    const names = [...new Set(requests.flatMap(namesOf))];
    const before = await readLabels(labels, names);
    await labels.update(requests, { signal: context.signal, ...(reason !== undefined && { reason }) });
    await report(context, names, { before, after: await readLabels(labels, names), requests });
  },
};

async function readRequests(args: Arguments, { stdin }: CommandContext): Promise<LabelRequest[]> {
  const words = [args.text('change') ?? '', ...args.texts('names')].filter((word) => word !== '');
  const expect = args.text('expect');
  const force = args.flag('force') ? { force: true } : {};
  if (!args.flag('stdin')) {
    const requests =
      takesManyNames(words[0] ?? '') && words.length > 2 ? eachName(words) : [parseLabelWords(words)];
    return requests.map((request) => ({ ...request, ...force, ...(expect !== undefined && { expect }) }));
  }
  if (words.length > 0 || expect !== undefined) {
    throw new InvalidInputError('USAGE', '--stdin takes no change and no --expect beside it', {
      hint: 'write them into the lines: move NAME REV EXPECTED',
    });
  }
  const text = new TextDecoder().decode(await collectBytes(stdin, { maxBytes: MAX_INPUT_BYTES }));
  return parseLabelLines(text).map((request) => ({ ...request, ...force }));
}

function eachName([verb = '', ...names]: readonly string[]): LabelRequest[] {
  return names.map((name) => parseLabelWords([verb, name]));
}

function namesOf(request: LabelRequest): string[] {
  return request.verb === 'rename' ? [request.name, request.to] : [request.name];
}

async function readLabels(labels: Labels, names: readonly string[]): Promise<Map<string, Label | undefined>> {
  const found = new Map<string, Label | undefined>();
  for (const name of names) found.set(name, await labels.get(name));
  return found;
}

interface Outcome {
  readonly before: ReadonlyMap<string, Label | undefined>;
  readonly after: ReadonlyMap<string, Label | undefined>;
  readonly requests: readonly LabelRequest[];
}

async function report(context: CommandContext, names: readonly string[], outcome: Outcome): Promise<void> {
  const { out, note } = context;
  const renames = new Map(
    outcome.requests.flatMap((request) => (request.verb === 'rename' ? [[request.to, request.name]] : [])),
  );
  const left = new Set(renames.values());
  let changes = 0;
  for (const name of names) {
    const [before, after] = [outcome.before.get(name), outcome.after.get(name)];
    if (out.format === 'json') {
      const data = {
        protected: after?.isProtected ?? false,
        keep: after === undefined ? null : formatKeep(after.keep),
      };
      await out.json({ name, before: before?.id ?? null, after: after?.id ?? null, ...data });
    }
    const line = describe(before, after, renames.get(name));
    if (line === undefined || left.has(name)) continue; // a rename is told once, under the new name
    changes++;
    note(line);
  }
  if (changes === 0) note(`nothing to change in ${count(names.length, 'label')}`);
}

/** What became of one label; `undefined` where nothing did. @param renamedFrom its name before */
function describe(
  before: Label | undefined,
  after: Label | undefined,
  renamedFrom?: string,
): string | undefined {
  if (after === undefined) return before && `'${before.name}' is gone; it was at ${before.id}`;
  const { name, id, isProtected, keep } = after;
  if (renamedFrom !== undefined) return `'${name}' is what was '${renamedFrom}'`;
  if (before === undefined) return `'${name}' is at ${shortId(id)}`;
  if (before.id !== id) return `'${name}' is at ${shortId(id)}, and was at ${shortId(before.id)}`;
  if (before.isProtected !== isProtected)
    return `'${name}' is ${isProtected ? 'protected' : 'not protected any more'}`;
  return formatKeep(before.keep) === formatKeep(keep) ? undefined : `'${name}' keeps ${formatKeep(keep)}`;
}

/** `cas bundle`: labels and what they reach, in a file that can be carried. */
import { type BundleFile, InvalidInputError, openBundle } from '../../index.ts';
import { parseSize, parseWord } from '../arguments.ts';
import type { Arguments, Command, CommandContext } from '../command.ts';
import { tellChanges } from '../exchange.ts';
import { count, formatSize } from '../format.ts';

const ACTIONS = ['create', 'verify', 'list', 'apply'] as const;

export const bundle: Command = {
  spec: {
    usage: 'bundle <action> <file> [words..]',
    summary: 'carry labels from store to store in a file',
    about: [
      'create FILE LABEL… writes labels, where * is anything, and all that they reach; with --since what that snapshot',
      "reaches is left out, and with --have what the other machine said that it holds ('cas have'). verify FILE reads all",
      'of it, and needs no store unless it was made with either. list FILE says what is in it. apply FILE… takes it in,',
      'its objects first and its labels last, all or none: a label that is here already must be in the history of the one',
      'that comes. A bundle in volumes is named by all of them, in order. One that was made whole is a store to read:',
      '--store FILE.',
    ].join('\n'),
    words: ACTIONS,
    options: {
      since: { kind: 'texts', about: 'create: the other store has this', value: 'REV' },
      have: { kind: 'text', about: 'create: what the other store holds', value: 'FILE' },
      'volume-size': {
        kind: 'text',
        about: 'create: cut it into files of this size, FILE.001…',
        value: 'SIZE',
      },
      label: { kind: 'texts', about: 'apply: only this label', value: 'NAME' },
      prefix: { kind: 'text', about: 'apply: what labels begin with here, such as from-ann/', value: 'TEXT' },
      force: {
        kind: 'flag',
        alias: 'f',
        about: 'create: replace the file; apply: move labels that are protected, or would lose what they are',
      },
    },
    examples: [
      ['cas bundle create ship.casb release/v1', 'writes the label and all its history'],
      [
        'cas bundle create next.casb release/v1 --since release/v1~1',
        'writes what is new in the last snapshot',
      ],
      ['cas bundle apply ship.casb', 'takes it in at the other machine'],
      ['cas --store ship.casb ls release/v1', 'looks into it without a store'],
    ],
    effect: 'stores',
  },
  async run(args, context) {
    switch (parseWord(args.required('action'), { command: 'bundle', words: ACTIONS })) {
      case 'create':
        return create(args, context);
      case 'verify':
        return verify(args, context);
      case 'list':
        return list(args, context);
      case 'apply':
        return apply(args, context);
    }
  },
};

async function create(
  args: Arguments,
  { out, progress, signal, store: open }: CommandContext,
): Promise<void> {
  const store = await open();
  const file = args.required('file');
  const patterns = args.texts('words');
  if (patterns.length === 0)
    throw new InvalidInputError('USAGE', "'bundle create' needs a label", {
      hint: `write 'cas bundle create ${file} LABEL', or '*' for all`,
    });
  const have = args.text('have');
  const volumeBytes = parseSize(args.text('volume-size'), 'volume-size');
  const made = await store.bundles.create(file, {
    labels: patterns,
    since: args.texts('since'),
    ...(have !== undefined && { have }),
    ...(volumeBytes !== undefined && { volumeBytes }),
    existing: args.flag('force') ? 'replace' : 'keep',
    onProgress: progress.show,
    signal,
  });
  progress.clear();
  if (out.format === 'json') return out.json(made);
  const parts = made.volumes.length === 1 ? '' : ` in ${made.volumes.length} volumes`;
  await out.line(`${count(made.objects, 'object')}, ${formatSize(made.sizeBytes)}${parts}, in '${file}'`);
  for (const id of made.prerequisites) await out.line(`the other store must have ${id}`);
}

async function verify(args: Arguments, { out, progress, signal }: CommandContext): Promise<void> {
  await using bundle = await openBundle(volumesOf(args));
  const { objects } = await bundle.verify({ onProgress: progress.show, signal });
  progress.clear();
  if (out.format === 'json') return await out.json({ ...describe(bundle), objects });
  if (objects !== undefined)
    return await out.line(`sound: ${count(objects, 'object')}, ${formatSize(bundle.sizeBytes)}`);
  await out.line(
    `sound, ${formatSize(bundle.sizeBytes)}; its objects are proved when it is applied to a store with`,
  );
  for (const id of bundle.prerequisites) await out.line(id);
}

async function list(args: Arguments, { out }: CommandContext): Promise<void> {
  await using bundle = await openBundle(volumesOf(args));
  if (out.format === 'json') return await out.json(describe(bundle));
  for (const { name, id } of bundle.labels) await out.line(`${id}  ${name}`);
  for (const id of bundle.prerequisites) await out.line(`${id}  (must be there before)`);
}

async function apply(args: Arguments, { out, note, progress, signal, store }: CommandContext): Promise<void> {
  const labels = args.texts('label');
  const prefix = args.text('prefix');
  const { bundles } = await store();
  const applied = await bundles.apply(volumesOf(args), {
    ...(labels.length > 0 && { labels }),
    ...(prefix !== undefined && { prefix }),
    conflicts: args.flag('force') ? 'force' : 'refuse',
    onProgress: progress.show,
    signal,
  });
  progress.clear();
  if (out.format === 'json') return out.json(applied);
  await tellChanges(out, applied.labels);
  note(count(applied.objects, 'object'));
}

function volumesOf(args: Arguments): string[] {
  return [args.required('file'), ...args.texts('words')];
}

function describe({ labels, prerequisites, horizon, sizeBytes, isWhole }: BundleFile): object {
  return { labels, prerequisites, horizon, sizeBytes, isWhole };
}

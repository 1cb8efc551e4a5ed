import { type ByteRange, InvalidInputError, type ObjectId, type Resolved, type Store } from '../../index.ts';
import { parseCount } from '../arguments.ts';
import { answerBatch } from '../cat/object-batch.ts';
import { printObject } from '../cat/object-output.ts';
import type { Arguments, Command } from '../command.ts';

export const cat: Command = {
  spec: {
    usage: 'cat [revs..]',
    summary: 'print the bytes of a file in a set, or of any object',
    about: [
      'REV is LABEL:PATH, a label whose set is one file, or an id. Of a symlink, prints its target. With --batch,',
      "reads a revision a line from standard input and answers each as git cat-file does: '<hex> <type> <size>',",
      "a line break, the bytes, a line break; or '<asked> missing'. --batch-check leaves the bytes out.",
    ].join('\n'),
    options: {
      offset: { kind: 'text', about: 'start at byte N, counted from 0', value: 'N' },
      length: { kind: 'text', about: 'print at most N bytes', value: 'N' },
      batch: { kind: 'flag', about: 'answer with type, size and bytes for each line of standard input' },
      'batch-check': { kind: 'flag', about: 'answer with type and size for each line of standard input' },
    },
    examples: [
      ['cas cat app/v1:README.md', 'prints a file'],
      [
        'cas cat app/v1~1:bin/tool --offset 0 --length 64 | xxd',
        'prints the first bytes of what it was before',
      ],
      ['cas ls -r --json app/v1 | jq -r .id | cas cat --batch-check', 'asks for many objects at once'],
    ],
  },
  async run(args, context) {
    const revisions = args.texts('revs');
    const isCheck = args.flag('batch-check');
    if (isCheck || args.flag('batch')) {
      if (revisions.length > 0) throw usage('--batch takes revisions from standard input only');
      if (args.text('offset') !== undefined || args.text('length') !== undefined)
        throw usage('--batch answers with whole objects only');
      return answerBatch(context, isCheck ? 'check' : 'print');
    }
    if (revisions.length === 0) throw usage('nothing to print');
    const range = rangeOf(args);
    const store = await context.store();
    for (const revision of revisions) {
      const info = await store.stat(await contentOf(store, revision));
      await printObject(store, info, { out: context.out, range });
    }
  },
};

/** The object whose bytes are meant. @throws InvalidInputError `NOT_A_FILE`, and as `Store.resolve` */
async function contentOf(store: Store, revision: string): Promise<ObjectId> {
  const resolved = await store.resolve(revision);
  if (resolved.role === 'content' || isBareId(resolved)) return resolved.id;
  if (resolved.role === 'snapshot') {
    const only = await onlyFileOf(store, revision);
    if (only !== undefined) return only;
  }
  const what = resolved.role === 'snapshot' ? 'is a set of files' : 'is a folder';
  throw new InvalidInputError('NOT_A_FILE', `'${revision}' ${what}, and not one file`, {
    hint: `see what is in it with 'cas ls ${revision}', then print one with 'cas cat ${fileIn(revision)}'`,
  });
}

function isBareId({ role, snapshot }: Resolved): boolean {
  return role === undefined && snapshot === undefined;
}

/** The file that a set is, or `undefined` where it holds anything else. */
async function onlyFileOf(store: Store, revision: string): Promise<ObjectId | undefined> {
  const entries = [];
  for await (const { entry } of (await store.view(revision)).entries())
    if (entries.push(entry) > 1) return undefined;
  const [only] = entries;
  return only?.kind === 'folder' ? undefined : only?.id;
}

function fileIn(revision: string): string {
  return revision.includes(':') ? revision.replace(/([^/:])$/, '$1/').concat('FILE') : `${revision}:FILE`;
}

function rangeOf(args: Arguments): ByteRange {
  const start = parseCount(args.text('offset'), 'offset') ?? 0;
  const length = parseCount(args.text('length'), 'length');
  return length === undefined ? { start } : { start, end: Math.min(start + length, Number.MAX_SAFE_INTEGER) };
}

function usage(fault: string): InvalidInputError {
  return new InvalidInputError('USAGE', fault, { hint: "see 'cas cat --help'" });
}

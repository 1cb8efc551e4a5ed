/** `cas diff`: what makes one set out of another. */
import {
  type Change,
  equalAttributes,
  parseName,
  parsePath,
  type Resolved,
  type Store,
  type TreeEntry,
} from '../../index.ts';
import { ChangeTally, sizeLine } from '../change-lines.ts';
import type { Arguments, Command } from '../command.ts';
import { printChange } from '../entry-lines.ts';
import { EXIT } from '../exit-code.ts';
import type { Output } from '../output.ts';
import { formatChange } from '../patch.ts';

export const diff: Command = {
  spec: {
    usage: 'diff <before> <after>',
    behindDashes: 'PATH…',
    summary: 'show what differs between two sets, folders or files',
    about:
      'Both are revisions. Without an option, a line for each path: A added, M changed, D removed. Paths behind -- show\n' +
      'only what is at or below them. What is equal is not even read, however large it is.',
    options: {
      stat: { kind: 'flag', about: 'sizes before and after, and their sum' },
      'name-status': { kind: 'flag', about: 'letters and paths: the default' },
      patch: { kind: 'flag', about: "the changed lines, as 'git apply' reads them", alias: 'p' },
      'exit-code': { kind: 'flag', about: 'exit with 1 where there are differences' },
      zero: { kind: 'flag', about: 'letter and raw path, each ended by a NUL', alias: 'z' },
    },
    examples: [
      ['cas diff release/v1 release/v2', 'lists what changed'],
      ['cas diff --stat release/v2~1 release/v2 -- lib', 'shows sizes, below lib only'],
      ['cas diff -p release/v1 release/v2 | git apply', 'makes a folder that is at v1 what v2 is'],
      ['cas diff -p release/v1:README.md release/v2:README.md', 'compares two files'],
    ],
  },
  async run(args, { out, store: open, signal }) {
    const store = await open();
    const isWanted = pathFilter(args.rest);
    const print = printerOf(args, out, store);
    const tally = new ChangeTally();
    for await (const change of changesBetween(store, args.required('before'), args.required('after'))) {
      signal.throwIfAborted();
      if (!isWanted(change)) continue;
      tally.add(change);
      await print(change);
    }
    if (args.flag('stat') && out.format === 'text') await out.line(tally.summary());
    return args.flag('exit-code') && tally.total > 0 ? EXIT.no : EXIT.ok;
  },
};

function printerOf(args: Arguments, out: Output, store: Store): (change: Change) => Promise<void> {
  if (out.format !== 'text') return (change) => printChange(out, change);
  if (args.flag('patch')) return (change) => printPatch(out, store, change);
  if (args.flag('stat')) return (change) => out.line(sizeLine(out, change));
  return (change) => printChange(out, change);
}

async function printPatch(out: Output, store: Store, change: Change): Promise<void> {
  const text = await formatChange(store, change);
  if (text === '') return;
  if (!out.isTerminal) return out.line(text.slice(0, -1)); // as it is, for what applies it
  for (const line of text.slice(0, -1).split('\n')) await out.line(colored(out, out.safe(line)));
}

function colored(out: Output, line: string): string {
  if (/^(diff|---|\+\+\+) /.test(line)) return out.style('bold', line);
  if (line.startsWith('@@')) return out.style('cyan', line);
  if (line.startsWith('+')) return out.style('green', line);
  return line.startsWith('-') ? out.style('red', line) : line;
}

/** Two files are compared as if they had the name of the second. */
async function* changesBetween(store: Store, before: string, after: string): AsyncGenerator<Change> {
  const [left, right] = [fileAt(await store.resolve(before)), fileAt(await store.resolve(after))];
  if (left === undefined || right === undefined) yield* store.diff(before, after);
  else if (
    left.id !== right.id ||
    left.kind !== right.kind ||
    !equalAttributes(left.attributes, right.attributes)
  )
    yield { kind: 'changed', path: right.name, before: left, after: right };
}

function fileAt({ entry }: Resolved): TreeEntry | undefined {
  return entry?.kind === 'folder' ? undefined : entry;
}

function pathFilter(paths: readonly string[]): (change: Change) => boolean {
  if (paths.length === 0) return () => true;
  const wanted = paths.map((path) =>
    Buffer.concat(parsePath(parseName(path)).flatMap((name) => [SLASH, name])),
  );
  return ({ path }) => {
    const rooted = Buffer.concat([SLASH, path, SLASH]);
    return wanted.some(
      (prefix) =>
        rooted.subarray(0, prefix.length).equals(prefix) && (rooted[prefix.length] ?? 0x2f) === 0x2f,
    );
  };
}

const SLASH: Uint8Array = new Uint8Array([0x2f]);

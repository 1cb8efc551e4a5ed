/** `cas diff`: what makes one set out of another. */
import {
  type Change,
  decodeText,
  equalAttributes,
  formatName,
  parseName,
  parsePath,
  type Store,
} from '../../index.ts';
import { parseCount } from '../arguments.ts';
import type { Command } from '../command.ts';
import { ChangeTally, sizeLine } from '../diff/change-lines.ts';
import { type ChangedContents, readChangedContents } from '../diff/changed-contents.ts';
import { formatChange } from '../diff/patch.ts';
import { type Rename, tellRenames } from '../diff/renames.ts';
import { printChange } from '../entry-lines.ts';
import { EXIT } from '../exit-code.ts';
import { findFile } from '../named-file.ts';
import type { Output } from '../output.ts';

const CONTEXT_LINES = 3;
/** Short patches are written together. */
const PIECE_BYTES = 65_536;

export const diff: Command = {
  spec: {
    usage: 'diff <before> <after>',
    behindDashes: 'PATH…',
    summary: 'show what differs between two sets, folders or files',
    about: [
      'Both are revisions. Without an option, a line for each path: A added, M changed, D removed, R renamed. Paths',
      'behind -- show only what is at or below them. What is equal is not even read, however large it is.',
      '',
      'Renamed are files that have the same content at another path, and files below 1 MiB of which half the lines are.',
      'With -p, of what is no text, as it has a NUL, or is over 32 MiB or two million lines, only that it differs is told.',
    ].join('\n'),
    options: {
      stat: { kind: 'flag', about: 'sizes before and after, and their sum' },
      'name-status': { kind: 'flag', about: 'letters and paths: the default' },
      patch: {
        kind: 'flag',
        about: "the changed lines, as 'git apply' and 'patch -p1' read them",
        alias: 'p',
      },
      unified: {
        kind: 'text',
        about: 'as -p, with N lines around changes [default: 3]',
        alias: 'U',
        value: 'N',
      },
      'no-renames': { kind: 'flag', about: 'a renamed file is one removed and one added' },
      'exit-code': { kind: 'flag', about: 'exit with 1 where there are differences' },
      zero: {
        kind: 'flag',
        about: 'letter and raw path, each ended by a NUL; of a rename both paths',
        alias: 'z',
      },
    },
    examples: [
      ['cas diff release/v1 release/v2', 'lists what changed'],
      ['cas diff --stat release/v2~1 release/v2 -- lib', 'shows sizes, below lib only'],
      ['cas diff -p release/v1 release/v2 | git apply', 'makes a folder that is at v1 what v2 is'],
      ['cas diff -p release/v1:README.md release/v2:README.md', 'compares two files'],
    ],
  },
  async run(args, { out, store: open, signal }) {
    const isWanted = pathFilter(args.rest);
    const contextLines = parseCount(args.text('unified'), 'unified');
    const isPatch = out.format === 'text' && (args.flag('patch') || contextLines !== undefined);
    const isStat = out.format === 'text' && !isPatch && args.flag('stat');
    const store = await open();
    const tally = new ChangeTally();
    async function* changes(): AsyncGenerator<Change> {
      for await (const change of changesBetween(store, args.required('before'), args.required('after'))) {
        signal.throwIfAborted();
        if (isWanted(change)) yield change;
      }
    }
    async function* told(): AsyncGenerator<Change | Rename> {
      const all = args.flag('no-renames') ? changes() : tellRenames(store, changes(), signal);
      for await (const change of all) {
        tally.add(change);
        yield change;
      }
    }
    if (isPatch) await printPatches(out, readChangedContents(store, told()), contextLines ?? CONTEXT_LINES);
    else if (isStat) for await (const change of told()) await out.line(sizeLine(out, change));
    else for await (const change of told()) await printChange(out, change);
    if (isStat) await out.line(tally.summary());
    return args.flag('exit-code') && tally.total > 0 ? EXIT.no : EXIT.ok;
  },
};

async function printPatches(
  out: Output,
  changes: AsyncIterable<ChangedContents>,
  contextLines: number,
): Promise<void> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const sides of changes) {
    const patch = formatChange(sides, contextLines);
    if (out.isTerminal) {
      await printLines(out, patch);
      continue;
    }
    pieces.push(patch); // as it is, for what applies it
    length += patch.length;
    if (length < PIECE_BYTES) continue;
    await out.bytes(Buffer.concat(pieces));
    pieces = [];
    length = 0;
  }
  await out.bytes(Buffer.concat(pieces));
}

async function printLines(out: Output, patch: Uint8Array): Promise<void> {
  const text = Buffer.from(patch.buffer, patch.byteOffset, patch.length).toString('latin1');
  for (const line of text.split('\n').slice(0, -1)) {
    const bytes = Buffer.from(line, 'latin1');
    await out.line(colored(out, out.safe(decodeText(bytes) ?? formatName(bytes))));
  }
}

function colored(out: Output, line: string): string {
  if (/^(diff|---|\+\+\+|rename|similarity|old|new|deleted) /.test(line)) return out.style('bold', line);
  if (line.startsWith('@@')) return out.style('cyan', line);
  if (line.startsWith('+')) return out.style('green', line);
  return line.startsWith('-') ? out.style('red', line) : line;
}

/** Two files are compared as if they had the name of the second. */
async function* changesBetween(store: Store, before: string, after: string): AsyncGenerator<Change> {
  const [left, right] = [await findFile(store, before), await findFile(store, after)];
  if (left === undefined || right === undefined) yield* store.diff(before, after);
  else if (
    left.id !== right.id ||
    left.kind !== right.kind ||
    !equalAttributes(left.attributes, right.attributes)
  )
    yield { kind: 'changed', path: right.name, before: left, after: right };
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

/** `cas ls`: what is in a set, or in one folder of it. */
import {
  type Conditions,
  entryTest,
  type FoundEntries,
  foundAmong,
  InvalidInputError,
  type Store,
  type View,
  type WalkedEntry,
} from '../../index.ts';
import { parseSize } from '../arguments.ts';
import { arrangeColumns, type Cell } from '../columns.ts';
import type { Arguments, Command } from '../command.ts';
import { compileGlob } from '../glob.ts';
import { longLine, pathCell, printEntry } from '../listing.ts';
import type { Output } from '../output.ts';

const MAX_TARGET_BYTES = 4095;
/** More are not held to be put side by side. */
const MAX_NAMES = 4096;

export const ls: Command = {
  spec: {
    usage: 'ls <rev>',
    summary: 'list what is in a set, a folder in it, or a file',
    about:
      'REV is a label, an id, or any other revision, with :PATH behind it for a part. Paths are from there on, and a\n' +
      'byte that is no text stands as %FF. In a terminal the names of a folder stand side by side.\n\n' +
      'With --json: path, mode, size, id and attributes of each entry, and nothing else: two equal sets print the same.',
    options: {
      recursive: { kind: 'flag', about: 'everything below, too', alias: 'r' },
      long: { kind: 'flag', about: 'mode, size in bytes, id, path, attributes', alias: 'l' },
      where: {
        kind: 'texts',
        about: 'only entries with an attribute like this; all, if repeated',
        value: 'KEY=GLOB',
      },
      'min-size': { kind: 'text', about: 'only what has so many bytes, or 10k, 5M, 1G', value: 'N' },
      sort: { kind: 'text', about: "'size', largest first, or 'name'", value: 'KEY' },
      zero: { kind: 'flag', about: 'raw paths, each ended by a NUL', alias: 'z' },
    },
    examples: [
      ['cas ls release/v2', 'lists the top folder'],
      ['cas ls -r -l release/v2:bin', 'lists all below bin, with sizes'],
      ['cas ls -r --sort size --min-size 1M release/v2', 'lists what is over a megabyte, largest first'],
      ["cas ls -r --where 'mediaType=image/*' photos", 'lists what has that attribute'],
    ],
  },
  async run(args, { out, store: open, signal }) {
    const order = orderOf(args.text('sort'));
    const wanted = await conditionsOf(args);
    const store = await open();
    const isGrid = out.isTerminal && out.format === 'text' && !args.flag('long') && !args.flag('recursive');
    const names = new NameColumns(out);
    const print = async (batch: FoundEntries): Promise<void> => {
      if (isGrid) return names.addAll(batch);
      const isLong = out.format === 'text' && args.flag('long');
      if (!isLong && out.format === 'text' && batch.lines !== undefined) return out.bytes(batch.lines);
      for (const walked of batch)
        await printEntry(out, walked, isLong ? longLine(walked, await targetOf(store, walked)) : undefined);
    };
    const chosen: WalkedEntry[] = [];
    const reach = args.flag('recursive') ? 'all' : 'members';
    for await (const batch of entriesAt(store, args.required('rev'), { reach, wanted })) {
      signal.throwIfAborted();
      if (order === undefined) await print(batch);
      else for (const walked of batch) chosen.push(walked);
    }
    await print(foundAmong(chosen.sort(order)));
    await names.print();
  },
};

/** The names of a folder side by side, some thousands at a time. */
class NameColumns {
  readonly #out: Output;
  #cells: Cell[] = [];

  constructor(out: Output) {
    this.#out = out;
  }

  async addAll(entries: Iterable<WalkedEntry>): Promise<void> {
    for (const walked of entries)
      if (this.#cells.push(pathCell(this.#out, walked)) === MAX_NAMES) await this.print();
  }

  async print(): Promise<void> {
    for (const line of arrangeColumns(this.#cells, this.#out.columns)) await this.#out.line(line);
    this.#cells = [];
  }
}

async function* entriesAt(
  store: Store,
  revision: string,
  { reach, wanted }: { readonly reach: 'members' | 'all'; readonly wanted: Conditions },
): AsyncGenerator<FoundEntries> {
  const view = await findView(store, revision);
  if (view !== undefined) return yield* view.select({ ...wanted, enters: () => reach === 'all' });
  const { entry } = await store.resolve(revision);
  if (entry !== undefined && entryTest(wanted)(entry))
    yield foundAmong([{ path: entry.name, depth: 1, entry }]);
}

/** `undefined` for a file. */
async function findView(store: Store, revision: string): Promise<View | undefined> {
  try {
    return await store.view(revision);
  } catch (error) {
    if (error instanceof InvalidInputError && error.code === 'NO_TREE') return undefined;
    throw error;
  }
}

async function targetOf(store: Store, { entry }: WalkedEntry): Promise<Uint8Array | undefined> {
  return entry.kind === 'symlink' ? store.get(entry.id, { maxBytes: MAX_TARGET_BYTES }) : undefined;
}

function orderOf(key: string | undefined): ((left: WalkedEntry, right: WalkedEntry) => number) | undefined {
  if (key === undefined || key === 'name') return undefined; // the order in which they come
  if (key === 'size') return (left, right) => right.entry.sizeBytes - left.entry.sizeBytes;
  throw new InvalidInputError('USAGE', `cannot sort by '${key.slice(0, 80)}'`, {
    hint: "write '--sort size' or '--sort name'",
  });
}

async function conditionsOf(args: Arguments): Promise<Conditions> {
  const where = new Map<string, (value: string) => boolean>();
  for (const text of args.texts('where')) {
    const { key, matches } = await parseCondition(text);
    const before = where.get(key);
    where.set(key, before === undefined ? matches : (value) => before(value) && matches(value));
  }
  const minBytes = parseSize(args.text('min-size'), 'min-size') ?? 0;
  return { where: Object.fromEntries(where), minBytes };
}

async function parseCondition(text: string): Promise<{ key: string; matches: (value: string) => boolean }> {
  const equals = text.indexOf('=');
  if (equals > 0) {
    const matches = await compileGlob(text.slice(equals + 1), { atSlash: 'go-on' });
    return { key: text.slice(0, equals), matches };
  }
  throw new InvalidInputError('USAGE', `'${text.slice(0, 80)}' is not KEY=GLOB`, {
    hint: "write it like --where 'mediaType=text/*'",
  });
}

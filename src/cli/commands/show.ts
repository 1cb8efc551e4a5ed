/** `cas show`: one snapshot and what it changed, or one entry of a set. */
import {
  CasError,
  type Change,
  formatMode,
  type HistoryStep,
  type Store,
  type TreeEntry,
} from '../../index.ts';
import type { Command } from '../command.ts';
import { ChangeTally, sizeLine } from '../diff/change-lines.ts';
import { type Rename, tellRenames } from '../diff/renames.ts';
import { entryJson } from '../entry-lines.ts';
import { formatCount, formatSize } from '../format.ts';
import type { Output } from '../output.ts';
import { printSnapshot, snapshotJson } from '../snapshot-text.ts';

const MAX_LINES = 50;
const NAME_COLUMNS = 10;

export const show: Command = {
  spec: {
    usage: 'show <rev>',
    summary: 'show a snapshot and what it changed, or what is known of a path',
    about: `Of the changes since the snapshot before, the first ${MAX_LINES} are listed. A path shows its entry in the set, and a\nbare id of other content shows the object.`,
    options: { all: { kind: 'flag', about: 'list every change', alias: 'a' } },
    examples: [
      ['cas show release/v2', 'shows what went into release/v2 last'],
      ['cas show release/v2:bin/app', 'shows mode, size, id and attributes of bin/app'],
    ],
  },
  async run(args, { out, store: open, signal }) {
    const store = await open();
    const revision = args.required('rev');
    const { entry, role, id } = await store.resolve(revision);
    if (entry !== undefined) return printEntryData(out, entry);
    const step = role === 'tree' ? undefined : await findSnapshot(store, revision);
    if (step === undefined) return printObject(out, store, id);
    const limit = args.flag('all') ? Number.POSITIVE_INFINITY : MAX_LINES;
    if (out.format === 'json') await printJson(out, store, { step, signal });
    else await printChanges(out, store, { step, limit, signal });
  },
};

/** `undefined` where the object of a bare id is no snapshot. */
async function findSnapshot(store: Store, revision: string): Promise<HistoryStep | undefined> {
  try {
    for await (const step of store.log(revision)) return step;
  } catch (error) {
    if (!(error instanceof CasError) || error.code !== 'NO_SNAPSHOT') throw error;
  }
  return undefined;
}

async function printChanges(
  out: Output,
  store: Store,
  {
    step,
    limit,
    signal,
  }: { readonly step: HistoryStep; readonly limit: number; readonly signal: AbortSignal },
): Promise<void> {
  await printSnapshot(out, step);
  await out.line();
  const tally = new ChangeTally();
  for await (const change of changesOf(store, step, signal)) {
    signal.throwIfAborted();
    if (tally.total < limit) await out.line(sizeLine(out, change));
    tally.add(change);
  }
  if (tally.total > limit)
    await out.line(`… and ${formatCount(tally.total - limit)} more: see them with --all`);
  await out.line(tally.summary());
}

async function printJson(
  out: Output,
  store: Store,
  { step, signal }: { readonly step: HistoryStep; readonly signal: AbortSignal },
): Promise<void> {
  const changes = { added: 0, changed: 0, removed: 0, renamed: 0 };
  for await (const { kind } of changesOf(store, step, signal)) changes[kind]++;
  await out.json({ ...snapshotJson(step), changes });
}

/** Since the first parent; of a snapshot without one, everything is new. */
async function* changesOf(
  store: Store,
  { id, snapshot, isHorizon }: HistoryStep,
  signal: AbortSignal,
): AsyncGenerator<Change | Rename> {
  const [parent] = isHorizon ? [] : snapshot.parents;
  if (parent !== undefined) yield* tellRenames(store, store.diff(parent, id), signal);
  else
    for await (const { path, entry } of (await store.view(id)).entries())
      yield { kind: 'added', path, after: entry };
}

async function printEntryData(out: Output, entry: TreeEntry): Promise<void> {
  if (out.format === 'json') return out.json(entryJson(entry));
  await out.line(`${'kind'.padEnd(NAME_COLUMNS)}${entry.kind}, mode ${formatMode(entry.kind)}`);
  await out.line(`${'size'.padEnd(NAME_COLUMNS)}${sizeText(entry.sizeBytes)}`);
  await out.line(`${'id'.padEnd(NAME_COLUMNS)}${entry.id}`);
  for (const [key, value] of entry.attributes)
    await out.line(`${key.padEnd(NAME_COLUMNS)}${out.safe(value)}`);
}

async function printObject(out: Output, store: Store, id: string): Promise<void> {
  const info = await store.stat(id);
  const { sizeBytes, storedBytes, form, hint } = info;
  if (out.format === 'json')
    return out.json({ id: info.id, size: sizeBytes, stored: storedBytes, form, hint });
  await out.line(`${'id'.padEnd(NAME_COLUMNS)}${info.id}`);
  await out.line(
    `${'size'.padEnd(NAME_COLUMNS)}${sizeText(sizeBytes)}, ${formatSize(storedBytes)} as stored (${form})`,
  );
  await out.line(`${'put as'.padEnd(NAME_COLUMNS)}${hint}`);
}

function sizeText(bytes: number): string {
  return bytes < 1000 ? formatSize(bytes) : `${formatSize(bytes)} (${bytes} bytes)`;
}

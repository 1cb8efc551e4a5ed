/** `cas labels`: lists labels and what they name. */
import {
  CasError,
  encodeText,
  formatKeep,
  formatTime,
  type Label,
  type Snapshot,
  type Store,
} from '../../index.ts';
import type { Command } from '../command.ts';
import { shortId } from '../format.ts';
import { compileGlob, isGlob } from '../glob.ts';
import type { Output } from '../output.ts';

const MAX_NAME_COLUMNS = 40;
const DAY = 'YYYY-MM-DD'.length;

export const labels: Command = {
  spec: {
    usage: 'labels [pattern]',
    summary: 'list labels and what they name',
    about:
      'PATTERN is how the names begin, or a pattern with * and ?, where * stops at a slash. A label that is protected,\n' +
      'or does not keep all of its history, says so.',
    options: { zero: { kind: 'flag', about: 'names only, each ended by a NUL', alias: 'z' } },
    examples: [
      ['cas labels', 'lists all labels'],
      ['cas labels release/', 'lists those that begin so'],
      ["cas labels '*/v2'", 'lists those that a pattern fits'],
    ],
  },
  async run(args, { out, store: open, signal }) {
    const isWanted = await patternOf(args.text('pattern'));
    const store = await open();
    const all = (await store.labels.list()).filter(({ name }) => isWanted(name));
    const columns = Math.min(Math.max(0, ...all.map(({ name }) => name.length)), MAX_NAME_COLUMNS);
    for (const label of all) {
      signal.throwIfAborted();
      if (out.format === 'zero') await out.zero(encodeText(label.name));
      else if (out.format === 'json') await printJson(out, label, await snapshotOf(store, label));
      else await printLine(out, label, { columns, snapshot: await snapshotOf(store, label) });
    }
  },
};

async function patternOf(pattern = ''): Promise<(name: string) => boolean> {
  return isGlob(pattern) ? compileGlob(pattern) : (name) => name.startsWith(pattern);
}

/** `undefined` where it is damaged or missing: the other labels are listed all the same. */
async function snapshotOf(store: Store, { id }: Label): Promise<Snapshot | undefined> {
  try {
    for await (const { snapshot } of store.log(id)) return snapshot;
  } catch (error) {
    if (!(error instanceof CasError)) throw error;
  }
  return undefined;
}

async function printJson(out: Output, label: Label, snapshot: Snapshot | undefined): Promise<void> {
  const { name, id, isProtected, keep } = label;
  const told = snapshot && {
    tree: snapshot.tree,
    time: formatTime(snapshot.timeSeconds),
    message: snapshot.message,
  };
  await out.json({ name, id, protected: isProtected, keep: formatKeep(keep), ...told });
}

async function printLine(
  out: Output,
  { name, id, isProtected, keep }: Label,
  { columns, snapshot }: { readonly columns: number; readonly snapshot: Snapshot | undefined },
): Promise<void> {
  const [subject = ''] = snapshot?.message.split('\n') ?? [out.style('red', "(damaged: run 'cas fsck')")];
  const day = snapshot === undefined ? ' '.repeat(DAY) : formatTime(snapshot.timeSeconds).slice(0, DAY);
  const properties = [
    ...(isProtected ? ['protected'] : []),
    ...(keep.kind === 'all' ? [] : [`keep ${formatKeep(keep)}`]),
  ];
  const mark = properties.length === 0 ? '' : `[${properties.join(', ')}] `;
  const text = snapshot === undefined ? subject : out.safe(subject);
  await out.line(
    `${name.padEnd(columns)}  ${out.style('yellow', shortId(id))}  ${day}  ${mark}${text}`.trimEnd(),
  );
}

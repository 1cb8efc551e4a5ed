/** A change as a unified diff, which `git apply` and `patch -p1` read. What compares lines is loaded when it is needed. */
import type { StructuredPatch } from 'diff';
import {
  type Change,
  decodeText,
  encodeText,
  formatMode,
  formatName,
  type Store,
  type TreeEntry,
} from '../index.ts';
import { shortId } from './format.ts';

const MAX_TEXT_BYTES: number = 4 * 2 ** 20;
const MAX_COMPARE_MS = 5_000;
const CONTEXT_LINES = 3;
/** In place of the id of what is not there. */
const ABSENT = '000000000000';

/** What stands at a path on one side. */
interface Side {
  readonly entry: TreeEntry;
  /** `undefined` for what is not UTF-8, has a NUL, or is long. */
  readonly text: string | undefined;
}

/** The change as text, lines ended by newlines; '' for a folder, which such text cannot tell of. */
export async function formatChange(store: Store, change: Change): Promise<string> {
  const [before, after] = await Promise.all([
    readSide(store, change.kind === 'added' ? undefined : change.before),
    readSide(store, change.kind === 'removed' ? undefined : change.after),
  ]);
  if (before === undefined && after === undefined) return '';
  const name = decodeText(change.path) ?? formatName(change.path);
  const isRetyped = before !== undefined && after !== undefined && isLink(before) !== isLink(after);
  // A file that became a symlink is one that went, and another that came: patches cannot say more.
  if (isRetyped)
    return (await formatSides(name, before, undefined)) + (await formatSides(name, undefined, after));
  return formatSides(name, before, after);
}

async function readSide(store: Store, entry: TreeEntry | undefined): Promise<Side | undefined> {
  if (entry === undefined || entry.kind === 'folder') return undefined;
  if (entry.sizeBytes > MAX_TEXT_BYTES) return { entry, text: undefined };
  const bytes = await store.get(entry.id, { maxBytes: MAX_TEXT_BYTES });
  return { entry, text: bytes.includes(0) ? undefined : decodeText(bytes) };
}

function isLink({ entry }: Side): boolean {
  return entry.kind === 'symlink';
}

async function formatSides(name: string, before: Side | undefined, after: Side | undefined): Promise<string> {
  const { formatPatch, structuredPatch } = await import('diff');
  const names = {
    oldFileName: before === undefined ? '/dev/null' : `a/${name}`,
    newFileName: after === undefined ? '/dev/null' : `b/${name}`,
  };
  const header = {
    ...names,
    ...modesOf(before, after),
    isGit: true,
    oldHeader: undefined,
    newHeader: undefined,
  };
  const about = formatPatch({ ...header, hunks: [] });
  const note = attributesNote(name, before, after);
  // A header alone, without so much as a mode, is none to git.
  if (before?.entry.id === after?.entry.id)
    return (before?.entry.kind === after?.entry.kind ? '' : about) + note;
  const [left, right] = [textOf(before), textOf(after)];
  const options = { context: CONTEXT_LINES, timeout: MAX_COMPARE_MS };
  const compared =
    left === undefined || right === undefined
      ? undefined
      : structuredPatch('', '', left, right, undefined, undefined, options);
  if (compared !== undefined) return formatPatch({ ...header, hunks: compared.hunks }) + note;
  // As git has it, so that 'git apply' refuses it rather than passing it over.
  const index = `index ${[before, after].map((side) => (side === undefined ? ABSENT : shortId(side.entry.id))).join('..')}`;
  return `${about}${index}\nBinary files ${escapeName(names.oldFileName)} and ${escapeName(names.newFileName)} differ\n${note}`;
}

function modesOf(before: Side | undefined, after: Side | undefined): Partial<StructuredPatch> {
  const oldMode = before && formatMode(before.entry.kind);
  const newMode = after && formatMode(after.entry.kind);
  if (oldMode === undefined) return { isCreate: true, newMode: newMode! };
  if (newMode === undefined) return { isDelete: true, oldMode };
  return oldMode === newMode ? {} : { oldMode, newMode };
}

/** '' for what is not there; `undefined` for what cannot be shown as text. */
function textOf(side: Side | undefined): string | undefined {
  return side === undefined ? '' : side.text;
}

/** Attributes are no part of such text: which of them differ is said beside it. */
function attributesNote(name: string, before: Side | undefined, after: Side | undefined): string {
  const [left, right] = [before?.entry.attributes ?? new Map(), after?.entry.attributes ?? new Map()];
  const keys = [...new Set([...left.keys(), ...right.keys()])].filter(
    (key) => left.get(key) !== right.get(key),
  );
  return keys.length === 0 ? '' : `Attributes of ${escapeName(name)} differ: ${keys.join(', ')}\n`;
}

function escapeName(name: string): string {
  return formatName(encodeText(name));
}

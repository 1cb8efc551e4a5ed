/** A change as a unified diff, which `git apply` and `patch -p1` read. What compares lines is loaded when it is needed. */
import type { StructuredPatch } from 'diff';
import { type Change, decodeText, formatMode, formatName, type Store, type TreeEntry } from '../index.ts';
import { formatSize } from './format.ts';

const MAX_TEXT_BYTES: number = 4 * 2 ** 20;
const MAX_COMPARE_MS = 5_000;
const CONTEXT_LINES = 3;

/** What stands at a path on one side; `undefined` where nothing does. */
interface Side {
  readonly entry: TreeEntry;
  readonly text: Text;
}

type Text =
  | { readonly kind: 'text'; readonly text: string }
  /** Not UTF-8, or with a NUL. */
  | { readonly kind: 'binary' }
  | { readonly kind: 'large' };

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
  if (entry.sizeBytes > MAX_TEXT_BYTES) return { entry, text: { kind: 'large' } };
  const bytes = await store.get(entry.id, { maxBytes: MAX_TEXT_BYTES });
  const text = bytes.includes(0) ? undefined : decodeText(bytes);
  return { entry, text: text === undefined ? { kind: 'binary' } : { kind: 'text', text } };
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
  const note = attributesNote(before, after);
  if (before?.entry.id === after?.entry.id) return about + note;
  const [left, right] = [textOf(before), textOf(after)];
  if (left === undefined || right === undefined) return `${about}${unshown(names, before, after)}${note}`;
  const options = { context: CONTEXT_LINES, timeout: MAX_COMPARE_MS };
  const compared = structuredPatch('', '', left, right, undefined, undefined, options);
  if (compared === undefined) return `${about}Files differ too much to compare\n${note}`;
  return formatPatch({ ...header, hunks: compared.hunks }) + note;
}

function modesOf(before: Side | undefined, after: Side | undefined): Partial<StructuredPatch> {
  const oldMode = before && formatMode(before.entry.kind);
  const newMode = after && formatMode(after.entry.kind);
  if (oldMode === undefined) return { isCreate: true, newMode: newMode! };
  if (newMode === undefined) return { isDelete: true, oldMode };
  return oldMode === newMode ? {} : { oldMode, newMode };
}

/** `undefined` for what cannot be shown as text. */
function textOf(side: Side | undefined): string | undefined {
  if (side === undefined) return '';
  return side.text.kind === 'text' ? side.text.text : undefined;
}

function unshown(
  { oldFileName, newFileName }: { readonly oldFileName: string; readonly newFileName: string },
  before: Side | undefined,
  after: Side | undefined,
): string {
  const isLarge = before?.text.kind === 'large' || after?.text.kind === 'large';
  const sizes = [before, after].map((side) => formatSize(side?.entry.sizeBytes ?? 0)).join(' and ');
  return `${isLarge ? 'Large' : 'Binary'} files ${oldFileName} and ${newFileName} differ (${sizes})\n`;
}

/** Attributes are no part of such text: which of them differ is said beside it. */
function attributesNote(before: Side | undefined, after: Side | undefined): string {
  const [left, right] = [before?.entry.attributes ?? new Map(), after?.entry.attributes ?? new Map()];
  const keys = [...new Set([...left.keys(), ...right.keys()])].filter(
    (key) => left.get(key) !== right.get(key),
  );
  return keys.length === 0 ? '' : `Attributes differ: ${keys.sort().join(', ')}\n`;
}

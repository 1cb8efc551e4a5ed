/**
 * A change as a unified diff, which `git apply` and `patch -p1` read.
 *
 * Contents and names are bytes, and nothing is said of how they are to be read: so is a patch. Here it is text in
 * which each character is a byte.
 */
import { type Change, encodeText, formatMode, formatName, type Store, type TreeEntry } from '../index.ts';
import { shortId } from './format.ts';
import { formatHunks } from './hunks.ts';
import type { Rename } from './renames.ts';

/** Of longer content only that it differs is told. */
const MAX_TEXT_BYTES: number = 4 * 2 ** 20;
/** In place of the id of what is not there. */
const ABSENT = '000000000000';
/** git's name for empty content: GNU patch tells by it an empty file from none. */
const EMPTY = 'e69de29bb2d1';

/** What stands at a path on one side. */
interface Side {
  readonly path: Uint8Array;
  readonly entry: TreeEntry;
  /** A character a byte; `undefined` for what has a NUL, or is long. */
  readonly text: string | undefined;
}

interface Sides {
  readonly before: Side | undefined;
  readonly after: Side | undefined;
  /** In per cent, of what was renamed. */
  readonly likeness?: number;
}

/**
 * The change as a patch, a character a byte, lines ended by newlines; '' for a folder, which a patch cannot tell of.
 *
 * @param contextLines how many equal lines stand around those that differ
 */
export async function formatChange(
  store: Store,
  change: Change | Rename,
  contextLines: number,
): Promise<string> {
  const beforePath = change.kind === 'renamed' ? change.from : change.path;
  const [before, after] = await Promise.all([
    readSide(store, beforePath, change.kind === 'added' ? undefined : change.before),
    readSide(store, change.path, change.kind === 'removed' ? undefined : change.after),
  ]);
  if (before === undefined && after === undefined) return '';
  const isRetyped = before !== undefined && after !== undefined && isLink(before) !== isLink(after);
  if (!isRetyped)
    return formatSides(
      { before, after, ...(change.kind === 'renamed' && { likeness: change.likeness }) },
      contextLines,
    );
  // A file that became a symlink is one that went, and another that came: patches cannot say more.
  const removed = await formatSides({ before, after: undefined }, contextLines);
  return removed + (await formatSides({ before: undefined, after }, contextLines));
}

async function readSide(
  store: Store,
  path: Uint8Array,
  entry: TreeEntry | undefined,
): Promise<Side | undefined> {
  if (entry === undefined || entry.kind === 'folder') return undefined;
  if (entry.sizeBytes > MAX_TEXT_BYTES) return { path, entry, text: undefined };
  const bytes = await store.get(entry.id, { maxBytes: MAX_TEXT_BYTES });
  return { path, entry, text: bytes.includes(0) ? undefined : charactersOf(bytes) };
}

function isLink({ entry }: Side): boolean {
  return entry.kind === 'symlink';
}

async function formatSides(sides: Sides, contextLines: number): Promise<string> {
  const { before, after } = sides;
  const note = attributesNote(before, after);
  const about = aboutLines(sides);
  if (before?.entry.id === after?.entry.id) {
    const [head] = headLines(sides);
    return (about.length === 0 ? '' : [head, ...about].join('\n').concat('\n')) + note;
  }
  const head = [...headLines(sides), ...about, indexLine(sides)].join('\n').concat('\n');
  const [left, right] = [textOf(before), textOf(after)];
  if (left === undefined || right === undefined) return head + binaryLine(sides) + note;
  const hunks = await formatHunks(left, right, contextLines);
  return head + (hunks === '' ? '' : fileLines(sides)) + hunks + note;
}

function headLines({ before, after }: Sides): string[] {
  const [left, right] = [(before ?? after)!, (after ?? before)!];
  return [`diff --git ${quoted(`a/${charactersOf(left.path)}`)} ${quoted(`b/${charactersOf(right.path)}`)}`];
}

/** What changed beside the content: a mode, a name. */
function aboutLines({ before, after, likeness }: Sides): string[] {
  if (before === undefined) return [`new file mode ${formatMode(after!.entry.kind)}`];
  if (after === undefined) return [`deleted file mode ${formatMode(before.entry.kind)}`];
  const [oldMode, newMode] = [formatMode(before.entry.kind), formatMode(after.entry.kind)];
  return [
    ...(oldMode === newMode ? [] : [`old mode ${oldMode}`, `new mode ${newMode}`]),
    ...(likeness === undefined
      ? []
      : [
          `similarity index ${likeness}%`,
          `rename from ${quoted(charactersOf(before.path))}`,
          `rename to ${quoted(charactersOf(after.path))}`,
        ]),
  ];
}

function fileLines(sides: Sides): string {
  const [left, right] = fileNames(sides);
  return `--- ${left}\n+++ ${right}\n`;
}

function fileNames({ before, after }: Sides): [string, string] {
  return [
    before === undefined ? '/dev/null' : quoted(`a/${charactersOf(before.path)}`),
    after === undefined ? '/dev/null' : quoted(`b/${charactersOf(after.path)}`),
  ];
}

/** With the mode where both sides have the same, by which GNU patch knows a symlink. */
function indexLine({ before, after }: Sides): string {
  const mode = before && after?.entry.kind === before.entry.kind ? ` ${formatMode(before.entry.kind)}` : '';
  return `index ${indexName(before)}..${indexName(after)}${mode}`;
}

function indexName(side: Side | undefined): string {
  if (side === undefined) return ABSENT;
  return side.entry.sizeBytes === 0 ? EMPTY : shortId(side.entry.id);
}

/** As git has it, so that 'git apply' refuses it rather than passing it over. */
function binaryLine(sides: Sides): string {
  const [left, right] = fileNames(sides);
  return `Binary files ${left} and ${right} differ\n`;
}

/** '' for what is not there; `undefined` for what cannot be shown as text. */
function textOf(side: Side | undefined): string | undefined {
  return side === undefined ? '' : side.text;
}

/** Attributes are no part of a patch: which of them differ is said beside it. */
function attributesNote(before: Side | undefined, after: Side | undefined): string {
  const [left, right] = [before?.entry.attributes ?? new Map(), after?.entry.attributes ?? new Map()];
  const keys = [...new Set([...left.keys(), ...right.keys()])].filter(
    (key) => left.get(key) !== right.get(key),
  );
  const name = charactersOf(encodeText(formatName((after ?? before)!.path)));
  return keys.length === 0 ? '' : `Attributes of ${name} differ: ${keys.join(', ')}\n`;
}

const QUOTED = /[\0-\x1f\x7f-\xff"\\]/g;
const ESCAPES = new Map([
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['"', '\\"'],
  ['\\', '\\\\'],
]);

/** A name as git reads it: where it has bytes that are not plain, in quotes, those in octal; GNU patch needs them about blanks, too. */
function quoted(name: string): string {
  const escaped = name.replace(
    QUOTED,
    (character) => ESCAPES.get(character) ?? `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return escaped === name && !name.includes(' ') ? name : `"${escaped}"`;
}

function charactersOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

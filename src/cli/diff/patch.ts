/**
 * A change as a unified diff, which `git apply` and `patch -p1` read.
 *
 * Contents and names are bytes, and nothing is said of how they are to be read: so is a patch. What stands around
 * contents is put together as text in which each character is a byte.
 */
import { encodeText, formatMode, formatName } from '../../index.ts';
import { shortId } from '../format.ts';
import { type ChangedContents, isRetyped, type Side } from './changed-contents.ts';
import { formatHunks } from './hunks.ts';

/** In place of the id of what is not there. */
const ABSENT = '000000000000';
/** git's name for empty content: GNU patch tells by it an empty file from none. */
const EMPTY = 'e69de29bb2d1';
const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * The change as a patch, lines ended by newlines; nothing for a folder, which a patch cannot tell of.
 *
 * @param contextLines how many equal lines stand around those that differ
 */
export function formatChange(sides: ChangedContents, contextLines: number): Uint8Array {
  const { before, after } = sides;
  if (before === undefined && after === undefined) return NOTHING;
  if (!isRetyped(before, after)) return formatSides(sides, contextLines);
  // A file that became a symlink is one that went, and another that came: patches cannot say more.
  return Buffer.concat([
    formatSides({ ...sides, after: undefined }, contextLines),
    formatSides({ ...sides, before: undefined }, contextLines),
  ]);
}

function formatSides(sides: ChangedContents, contextLines: number): Uint8Array {
  const { before, after } = sides;
  const note = attributesNote(before, after);
  const about = aboutLines(sides);
  if (before?.entry.id === after?.entry.id)
    return bytesOf((about.length === 0 ? '' : linesOf([...headLines(sides), ...about])) + note);
  const head = linesOf([...headLines(sides), ...about, indexLine(sides)]);
  const hunks = hunksOf(sides, contextLines);
  if (hunks === undefined) return bytesOf(head + binaryLine(sides) + note);
  if (hunks.length === 0) return bytesOf(head + note);
  return Buffer.concat([bytesOf(head + fileLines(sides)), hunks, bytesOf(note)]);
}

/** `undefined` where either side cannot be shown as text: it has a NUL, or is long. */
function hunksOf({ before, after }: ChangedContents, contextLines: number): Uint8Array | undefined {
  const [left, right] = [textOf(before), textOf(after)];
  if (left === undefined || right === undefined) return undefined;
  return formatHunks({ before: left, after: right }, contextLines);
}

/** Nothing for what is not there; `undefined` for what is no text. */
function textOf(side: Side | undefined): Uint8Array | undefined {
  if (side === undefined) return NOTHING;
  return side.content?.includes(0) === false ? side.content : undefined;
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function headLines({ before, after }: ChangedContents): string[] {
  const [left, right] = [(before ?? after)!, (after ?? before)!];
  return [`diff --git ${quoted(`a/${charactersOf(left.path)}`)} ${quoted(`b/${charactersOf(right.path)}`)}`];
}

/** What changed beside the content: a mode, a name. */
function aboutLines({ before, after, likeness }: ChangedContents): string[] {
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

function fileLines(sides: ChangedContents): string {
  const [left, right] = fileNames(sides);
  return `--- ${left}\n+++ ${right}\n`;
}

function fileNames({ before, after }: ChangedContents): [string, string] {
  return [
    before === undefined ? '/dev/null' : quoted(`a/${charactersOf(before.path)}`),
    after === undefined ? '/dev/null' : quoted(`b/${charactersOf(after.path)}`),
  ];
}

/** With the mode where both sides have the same, by which GNU patch knows a symlink. */
function indexLine({ before, after }: ChangedContents): string {
  const mode = before && after?.entry.kind === before.entry.kind ? ` ${formatMode(before.entry.kind)}` : '';
  return `index ${indexName(before)}..${indexName(after)}${mode}`;
}

function indexName(side: Side | undefined): string {
  if (side === undefined) return ABSENT;
  return side.entry.sizeBytes === 0 ? EMPTY : shortId(side.entry.id);
}

/** As git has it, so that 'git apply' refuses it rather than passing it over. */
function binaryLine(sides: ChangedContents): string {
  const [left, right] = fileNames(sides);
  return `Binary files ${left} and ${right} differ\n`;
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

/** @param text a character a byte */
function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/**
 * Labels of any text, as names that labels of a store may have.
 *
 * What such a name may not hold stands as `=` and two lower-case hex digits for each byte of its UTF-8, so
 * `document:v2` is `document=3av2`; `=` itself is `=3d`. Escaped are
 *
 *   ASCII but `a-z 0-9 _ + , @ ! . - /`, so upper case, too: a store keeps no two names that differ in case only
 *   `.` at the start or the end of a part, beside another, and before `lock` at the end of a part
 *   `-` at the start of a part
 *   `/` at the start or the end, and beside another: any other makes the label one of a folder, as it is in Theater
 *   where the name is still none, or would be another in other letters of the same: the first character of each part,
 *   and all that is not ASCII
 *
 * One text has one name, and a name that no text has is no label of Theater's.
 */
import { encodeText } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { isLabelName, type LabelName, parseLabelName } from '../label/name.ts';

const UNSAFE =
  /[\0-\x20"-*:-?[-^`{-\x7fA-Z]|(?<![^/.])\.|\.(?![^/.])|\.(?=lock(?:\/|$))|(?<![^/])-|(?<![^/])\/|\/(?![^/])/gu;
const DOUBTFUL = /[^\0-\x7f]|(?<![^/])[^=/]/gu;
const ESCAPES = /(?:=[0-9a-f]{2})+/g;

/**
 * The name that the label `text` has in a store.
 *
 * @throws InvalidInputError `LABEL_NAME_INVALID` for no text, half a character, or a name of over 255 bytes
 */
export function escapeLabel(text: string): LabelName {
  if (!text.isWellFormed()) {
    throw new InvalidInputError('LABEL_NAME_INVALID', 'a label has half a character', {
      hint: 'choose another name',
    });
  }
  const name = text.replace(UNSAFE, escapeCharacter);
  if (isLabelName(name) && foldCase(name) === name) return name;
  return parseLabelName(name.replace(DOUBTFUL, escapeCharacter));
}

/** The text whose name `name` is, or `undefined` where no text has it. */
export function findLabelText(name: string): string | undefined {
  const text = name.replace(ESCAPES, (run) => Buffer.from(run.replaceAll('=', ''), 'hex').toString());
  return isEscapable(text) && escapeLabel(text) === name ? text : undefined;
}

function isEscapable(text: string): boolean {
  try {
    escapeLabel(text);
    return true;
  } catch (error) {
    if (error instanceof InvalidInputError) return false;
    throw error;
  }
}

function escapeCharacter(character: string): string {
  return Array.from(encodeText(character), (byte) => `=${byte.toString(16).padStart(2, '0')}`).join('');
}

/** What two names that differ in case only have in common. */
function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase().normalize('NFC');
}

/**
 * Names of labels: one or more components with `/` between them, such as `release/v2`.
 *
 * The rules of git-check-ref-format(1), and a few more, so that a name is never read as an option, an id, a
 * hash or an escape, looks like what it is, and is the same text on every machine.
 */
import { encodeText } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';

declare const checked: unique symbol;

/** A name that {@link parseLabelName} accepted. */
export type LabelName = string & { readonly [checked]: 'LabelName' };

/** What the names of labels begin with that were fetched, before the name of the other store and a `/`. */
export const REMOTES = 'remotes/';

/** The longest name, in bytes of UTF-8. */
export const MAX_NAME_BYTES = 255;

/**
 * @throws InvalidInputError `LABEL_NAME_INVALID`, whose message says which rule is broken, and by which
 * character where it is one
 */
export function parseLabelName(text: string): LabelName {
  if (isLabelName(text)) return text;
  const { problem, hint = 'choose another name' } = findFault(text)!;
  throw new InvalidInputError('LABEL_NAME_INVALID', `label name '${quotable(text)}' ${problem}`, { hint });
}

/** Whether {@link parseLabelName} would take `text`. */
export function isLabelName(text: string): text is LabelName {
  return findFault(text) === undefined;
}

interface Fault {
  readonly problem: string;
  readonly hint?: string;
}

function findFault(text: string): Fault | undefined {
  // Lengths first: what is checked after them is short.
  if (text === '') return { problem: 'is empty' };
  if (text.length > MAX_NAME_BYTES || encodeText(text).length > MAX_NAME_BYTES) {
    return { problem: `is over ${MAX_NAME_BYTES} bytes` };
  }
  return findCharacterFault(text) ?? findWholeFault(text) ?? findComponentFault(text);
}

/** ASCII that git forbids; then what is not shown, or changes how the text around it is shown. */
const FORBIDDEN = /[ ~^:?*[\\]/u;
const CONTROL = /[\0-\x1f\x7f-\x9f]/u;
const INVISIBLE =
  /[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;
const LONE_SURROGATE = /\p{Surrogate}/u;

function findCharacterFault(text: string): Fault | undefined {
  const forbidden = FORBIDDEN.exec(text);
  if (forbidden) return { problem: `has the character '${forbidden[0]}', which no name may have` };
  const control = CONTROL.exec(text);
  if (control) return { problem: `has the control character ${codePoint(control[0])}` };
  const surrogate = LONE_SURROGATE.exec(text);
  if (surrogate) return { problem: `has half a character, ${codePoint(surrogate[0])}` };
  const invisible = INVISIBLE.exec(text);
  if (invisible) return { problem: `has the invisible character ${codePoint(invisible[0])}` };
  return undefined;
}

const ID = /^[0-9a-f]{64}$/i;
const INTEGRITY = /^sha256-/i;
const ESCAPE = /%[0-9a-f]{2}/i;

function findWholeFault(text: string): Fault | undefined {
  if (text === '@') return { problem: "is '@' alone" };
  if (text === 'HEAD') return { problem: "is 'HEAD', which git keeps for itself" };
  if (/^git$/i.test(text)) return { problem: "is the name of a kind of hash, 'git'" };
  if (ID.test(text)) return { problem: 'reads as an id: 64 hex digits' };
  if (INTEGRITY.test(text)) return { problem: "reads as an id: it begins with 'sha256-'" };
  for (const pair of ['..', '@{', '//']) {
    if (text.includes(pair)) return { problem: `has '${pair}'` };
  }
  if (text.startsWith('/')) return { problem: "begins with '/'" };
  if (text.endsWith('/')) return { problem: "ends with '/'" };
  const escape = ESCAPE.exec(text);
  if (escape) return { problem: `has '${escape[0]}', which reads as an escaped byte` };
  const composed = text.normalize('NFC');
  if (composed !== text) return { problem: 'is not in Unicode form NFC', hint: `write it as '${composed}'` };
  return undefined;
}

const HASH = /^(sha256|sha1|md5|sha512)$/i;
const DEVICE = /^(con|prn|aux|nul|com[1-9]|lpt[1-9])$/i;

function findComponentFault(text: string): Fault | undefined {
  const components = text.split('/');
  if (HASH.test(components[0]!)) return { problem: `begins with the name of a hash, '${components[0]}'` };
  for (const component of components) {
    const problem = findComponentProblem(component);
    if (problem !== undefined) return { problem: `has a component that ${problem}: '${component}'` };
  }
  return undefined;
}

function findComponentProblem(component: string): string | undefined {
  if (component.startsWith('.')) return "begins with '.'";
  if (component.startsWith('-')) return "begins with '-'";
  if (component.endsWith('.')) return "ends with '.'";
  if (/\.lock$/i.test(component)) return "ends with '.lock'";
  if (DEVICE.test(component)) return 'names a device on Windows';
  return undefined;
}

function codePoint(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Short, and without what a terminal would act on or not show. */
function quotable(text: string): string {
  const short = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  const hidden = new RegExp(`${CONTROL.source}|${INVISIBLE.source}|${LONE_SURROGATE.source}`, 'gu');
  return short.replace(hidden, (character) => `<${codePoint(character)}>`);
}

/**
 * Expressions for one line as expressions for a text of many, so that one search finds the next line with a match
 * rather than each line being asked.
 *
 * The other expression never takes a line break, so that it takes no longer over a text than over its lines: `\s` and
 * classes like `[^,]` are told not to. What says something of what stands around it, as `(?=` does, would see another
 * line there; expressions with that, or with anything else that is not listed here, are left alone.
 */

const TOKENS: readonly RegExp[] = [
  /\\[wdsSbBt]|\\[^\w\s]/, // classes, edges of words, a tab, and marks as they are
  /\[\^?(?:\\[wdS]|\\t(?!-)|\\[^\w\s]|[^\]\\\0-\x1f])*\]/,
  /\((?!\?)|\(\?:|[)|*+?^$.]|\{\d+(?:,\d*)?\}/,
  /[^\\[\](){}|*+?^$.\n]/,
];
const TOKEN = new RegExp(TOKENS.map(({ source }) => source).join('|'), 'y');

/**
 * The source of an expression that, with the flag `m`, has a match that begins in each line in which `source` has one;
 * and in other lines only where it has a `^` or `$`, which stand at the odd line breaks of other systems as well.
 *
 * @returns `undefined` where that is not known of it
 */
export function wholeTextSource(source: string): string | undefined {
  let whole = '';
  for (let at = 0; at < source.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const [token] = TOKEN.exec(source) ?? [];
    if (token === undefined) return undefined;
    whole += withoutLineBreaks(token);
  }
  return whole;
}

function withoutLineBreaks(token: string): string {
  if (token === '\\s') return '[^\\S\\n]';
  return token.startsWith('[^') ? `[^\\n${token.slice('[^'.length)}` : token;
}

/** Names of what was answered, so that it is not sent twice: RFC 9110, sections 8.8.3 and 13.1. */

const TAG = /(?:W\/)?("[\x21\x23-\x7e]{0,200}")/g;

/** A strong tag of text without quotes and spaces. */
export function entityTag(text: string): string {
  return `"${text}"`;
}

/**
 * Whether the client has what `tag` names, by its If-None-Match.
 *
 * @param tag strong or weak: they are compared weakly
 */
export function isHeld(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  const bare = tag.replace(/^W\//, '');
  for (const [, held] of header.matchAll(TAG)) if (held === bare) return true;
  return false;
}

/** Whether a range may be taken of what `tag` names, by the client's If-Range: a date never is the one of an object. */
export function isStillMeant(header: string | undefined, tag: string): boolean {
  return header === undefined || header.trim() === tag;
}

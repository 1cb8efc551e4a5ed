/** The header Accept-Encoding: whether what lies deflated may be sent so (RFC 9110, section 12.5.3). */

const ITEM = /^\s*([\w*-]{1,40})\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/i;
const MAX_LENGTH = 1000;

/** Whether the client takes `deflate`, which is a zlib stream (RFC 1950). */
export function acceptsDeflate(header: string | undefined): boolean {
  if (header === undefined || header.length > MAX_LENGTH) return false;
  const weights = new Map<string, number>();
  for (const item of header.split(',')) {
    const [, coding, weight = '1'] = ITEM.exec(item) ?? [];
    if (coding !== undefined) weights.set(coding.toLowerCase(), Number(weight));
  }
  const weight = weights.get('deflate') ?? weights.get('*') ?? 0;
  return weight > 0 && weight >= (weights.get('identity') ?? 0);
}

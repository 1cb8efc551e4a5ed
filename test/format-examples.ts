/** The worked examples and the limits that a page of documentation holds. */

/** A ```hex block with a name, and the JSON after it that says what its bytes mean. */
export interface Example {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly meaning: unknown;
}

/** What an example's bytes mean, as JSON, and the same value encoded again. */
export type Reading = readonly [meaning: unknown, again: Uint8Array];

const EXAMPLE = /^```hex ([a-z-]+)\n(.*?)^```\n\n```json\n(.*?)^```$/gms;
const LIMIT = /^\| ([^|]+) \| ([0-9,]+)(?: bytes)? \|$/gm;

/** @throws Error for a hex block that has no name, no JSON after it, or something that is no byte in it */
export function parseExamples(page: string): Example[] {
  const examples = Array.from(page.matchAll(EXAMPLE), ([, name, hex, json]) => ({
    name: name!,
    bytes: parseBytes(hex!),
    meaning: JSON.parse(json!) as unknown,
  }));
  const blocks = page.match(/^```hex/gm)?.length ?? 0;
  if (blocks !== examples.length) throw new Error(`${blocks} hex blocks, ${examples.length} of them whole`);
  return examples;
}

/** Rows `| what | 1,234 bytes |`, as numbers. */
export function parseLimits(page: string): Record<string, number> {
  const rows = Array.from(page.matchAll(LIMIT), ([, what, number]) => [
    what!,
    Number(number!.replaceAll(',', '')),
  ]);
  return Object.fromEntries(rows) as Record<string, number>;
}

/** A line of a block: bytes, how often they stand there, and a comment. */
const LINE = /^([^;*]*)(?:\* ([0-9]+) *)?(?:;.*)?$/;

function parseBytes(block: string): Uint8Array {
  const bytes = block.split('\n').flatMap((line) => {
    const [, words = line, times = '1'] = LINE.exec(line) ?? [];
    const row = words.split(' ').filter((word) => word !== '');
    return Array.from({ length: Number(times) }, () => row).flat();
  });
  const stray = bytes.find((word) => !/^[0-9a-f]{2}$/.test(word));
  if (stray !== undefined) throw new Error(`'${stray}' is no byte`);
  return Uint8Array.from(bytes, (word) => Number.parseInt(word, 16));
}

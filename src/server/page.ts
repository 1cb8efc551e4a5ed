/** Pages that are read without a script, in light and in dark: a heading, and a table whose rows come as they are made. */
import { createHash } from 'node:crypto';
import { encodeText } from '../bytes/text.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import type { StreamedBody } from './answer.ts';

/** Markup, in which all text of strangers is escaped. */
export type Markup = string & { readonly markup: true };

export interface Page {
  readonly title: string;
  /** Where it is, from the top: what leads there, and what it is called. */
  readonly trail: readonly { readonly place: string; readonly text: string }[];
  /** What stands before the table. @default nothing */
  readonly about?: Markup;
  /** The heads of its columns, such as `<th>name`. */
  readonly columns: Markup;
  /** Some at a time. */
  readonly rows: AsyncIterable<Markup>;
}

const STYLE = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{margin:2rem auto;max-width:60rem;padding:0 1rem}
h1{font-size:1.3rem;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}
th{font-weight:600}th:not(.n){text-align:left}
td,th{padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884;vertical-align:top;overflow-wrap:anywhere}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
p,.t{color:GrayText}
.t{white-space:nowrap}
code{font-size:.85em;overflow-wrap:anywhere}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Of our own pages: nothing runs, nothing is loaded, nobody frames them. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-cache',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
};

const REPLACEMENTS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup with values in it: text is escaped, markup is not. */
export function markup(parts: TemplateStringsArray, ...values: readonly (Markup | Plain)[]): Markup {
  const filled = values.map((value, at) => `${asMarkup(value)}${parts[at + 1]!}`);
  return `${parts[0]!}${filled.join('')}` as Markup;
}

/** Text that is to be escaped. */
export interface Plain {
  readonly text: string;
}

export function plain(text: string): Plain {
  return { text };
}

export function joined(all: readonly Markup[]): Markup {
  return all.join('') as Markup;
}

function asMarkup(value: Markup | Plain): string {
  return typeof value === 'string' ? value : value.text.replace(/[&<>"']/g, (one) => REPLACEMENTS[one]!);
}

export function pageBody(page: Page): StreamedBody {
  return { sizeBytes: undefined, open: () => write(page) };
}

async function* write({ title, trail, about, columns, rows }: Page): ByteStream {
  const links = trail.map(({ place, text }) => markup`<a href="${plain(place)}">${plain(text)}</a>`);
  const head = markup`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${plain(title)}</title>
<style>${STYLE as Markup}</style>
<h1>${links.join(' / ') as Markup}</h1>
${about ?? ('' as Markup)}
<table>
<tr>${columns}
`;
  yield encodeText(head);
  for await (const row of rows) yield encodeText(row);
  yield encodeText('</table>\n');
}

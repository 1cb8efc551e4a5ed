/** What a file is, by what is said of it, else by the end of its name: for who shows it, and never to run it. */
import { decodeText } from '../bytes/text.ts';
import type { TreeEntry } from '../object/tree-entry.ts';

const TEXT = 'text/plain; charset=utf-8';
const BYTES = 'application/octet-stream';

const TEXTS = ['c', 'cpp', 'go', 'h', 'java', 'log', 'py', 'rs', 'sh', 'toml', 'ts', 'txt', 'yaml', 'yml'];
const TYPES: ReadonlyMap<string, string> = new Map([
  ...TEXTS.map((end) => [end, TEXT] as const),
  ['avif', 'image/avif'],
  ['css', 'text/css; charset=utf-8'],
  ['csv', 'text/csv; charset=utf-8'],
  ['gif', 'image/gif'],
  ['gz', 'application/gzip'],
  ['htm', 'text/html; charset=utf-8'],
  ['html', 'text/html; charset=utf-8'],
  ['ico', 'image/vnd.microsoft.icon'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['js', 'text/javascript; charset=utf-8'],
  ['json', 'application/json'],
  ['md', 'text/markdown; charset=utf-8'],
  ['mjs', 'text/javascript; charset=utf-8'],
  ['mp3', 'audio/mpeg'],
  ['mp4', 'video/mp4'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['svg', 'image/svg+xml'],
  ['tar', 'application/x-tar'],
  ['tgz', 'application/gzip'],
  ['wasm', 'application/wasm'],
  ['webm', 'video/webm'],
  ['webp', 'image/webp'],
  ['woff2', 'font/woff2'],
  ['xml', 'application/xml'],
  ['zip', 'application/zip'],
]);

/** `type/subtype`, with parameters whose values are words. */
const MEDIA_TYPE = /^[a-z0-9][\w.+-]{0,80}\/[a-z0-9][\w.+-]{0,80}(?:; ?[\w-]{1,40}=[\w.+-]{1,80}){0,4}$/i;

/** Of a file: what its attribute `mediaType` says, where that is one; `application/octet-stream` where nothing is known. */
export function mediaTypeOf({ name, attributes }: Pick<TreeEntry, 'name' | 'attributes'>): string {
  const said = attributes.get('mediaType');
  if (said !== undefined && MEDIA_TYPE.test(said)) return said;
  const [, end = ''] = /\.([a-z0-9]{1,5})$/.exec((decodeText(name) ?? '').toLowerCase()) ?? [];
  return TYPES.get(end) ?? BYTES;
}

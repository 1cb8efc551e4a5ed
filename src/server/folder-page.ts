/** What is in a folder, as a page and as JSON: made as it is read, however much there is. */
import { encodeText, formatName } from '../bytes/text.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import { hexOf, type ObjectId } from '../hash/object-id.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import { readTreeInBatches } from '../tree/read-tree.ts';
import { type Answer, notModified } from './answer.ts';
import { entityTag, isHeld } from './entity-tag.ts';
import type { Labelled } from './labelled.ts';
import { joined, type Markup, markup, PAGE_HEADERS, pageBody, plain } from './page.ts';
import type { StoreRequest } from './request.ts';
import { escapePart } from './target.ts';

/** @param id of the folder's tree */
export function answerFolder(request: StoreRequest, { label, path }: Labelled, id: ObjectId): Answer {
  const { query, headers, store } = request;
  const isJson = query.get('format') === 'json';
  const tag = entityTag(`${hexOf(id)}.${isJson ? 'json' : 'page'}`);
  const head = isJson ? { 'content-type': 'application/json', 'cache-control': 'no-cache' } : PAGE_HEADERS;
  if (isHeld(headers['if-none-match'], tag)) return notModified(tag, head);
  const batches = readTreeInBatches(store.repository.named, id);
  const answer = { status: 200, headers: { ...head, etag: tag } };
  if (isJson) return { ...answer, body: { sizeBytes: undefined, open: () => writeJson(batches) } };
  const shown = [label.name, ...path.map(formatName)];
  const body = pageBody({
    title: `${shown.join('/')} · ${store.name}`,
    trail: trailOf(request, shown, path.length),
    about: markup`<p><code>${plain(id)}</code> <a href="?format=json">json</a>`,
    columns: markup`<th>name<th class="n">bytes`,
    rows: rowsOf(batches),
  });
  return { ...answer, body };
}

function trailOf(
  { store }: StoreRequest,
  shown: readonly string[],
  depth: number,
): { place: string; text: string }[] {
  const above = shown.map((text, at) => ({ place: at === depth ? './' : '../'.repeat(depth - at), text }));
  return [{ place: `/s/${store.name}/`, text: store.name }, ...above];
}

async function* rowsOf(batches: AsyncIterable<readonly TreeEntry[]>): AsyncGenerator<Markup> {
  for await (const entries of batches) yield joined(entries.map(rowOf));
}

function rowOf({ name, kind, sizeBytes }: TreeEntry): Markup {
  const end = kind === 'folder' ? '/' : kind === 'symlink' ? '@' : kind === 'executable' ? '*' : '';
  const place = `./${escapePart(name)}${kind === 'folder' ? '/' : ''}`;
  return markup`<tr><td><a href="${plain(place)}">${plain(formatName(name))}</a>${plain(end)}<td class="n">${plain(`${sizeBytes}`)}
`;
}

async function* writeJson(batches: AsyncIterable<readonly TreeEntry[]>): ByteStream {
  let before = '[';
  for await (const entries of batches) {
    const lines = entries.map(({ name, kind, sizeBytes, id, attributes }) =>
      JSON.stringify({
        name: formatName(name),
        kind,
        sizeBytes,
        id,
        attributes: Object.fromEntries(attributes),
      }),
    );
    if (lines.length === 0) continue;
    yield encodeText(`${before}\n${lines.join(',\n')}`);
    before = ',';
  }
  yield encodeText(before === '[' ? '[]\n' : '\n]\n');
}

/** The stores of a server and the labels of a store, as pages and as JSON. */
import { readSnapshot } from '../graph/history.ts';
import { formatTime } from '../object/timestamp.ts';
import type { BundledLabel } from '../wire/bundle-header.ts';
import { type Answer, jsonAnswer } from './answer.ts';
import { type Markup, markup, PAGE_HEADERS, pageBody, plain } from './page.ts';
import type { StoreRequest } from './request.ts';
import { escapePart } from './target.ts';

const MAX_MESSAGE_CHARACTERS = 200;
const encoder = new TextEncoder();

/** `GET /`, of the stores that who asks may see. */
export function answerStores(names: readonly string[], format: string | null): Answer {
  if (format === 'json') return jsonAnswer(names.map((name) => ({ name })));
  const rows = async function* (): AsyncGenerator<Markup> {
    for (const name of names) yield markup`<tr><td><a href="${plain(`/s/${name}/`)}">${plain(name)}</a>\n`;
  };
  const trail = [{ place: '/', text: 'stores' }];
  return page({ title: 'stores', trail, columns: markup`<th>name`, rows: rows() });
}

/** `GET /s/NAME/`, of the labels that who asks may read. */
export async function answerStore(request: StoreRequest): Promise<Answer> {
  const { store, query, signal, openPeer } = request;
  await using peer = openPeer();
  const labels = await peer.listLabels({ signal });
  if (query.get('format') === 'json') return jsonAnswer(labels);
  return page({
    title: store.name,
    trail: [
      { place: '/', text: 'stores' },
      { place: './', text: store.name },
    ],
    columns: markup`<th>label<th>time<th>message<th>archives`,
    rows: rowsOf(request, labels),
  });
}

async function* rowsOf({ store }: StoreRequest, labels: readonly BundledLabel[]): AsyncGenerator<Markup> {
  for (const { name, id } of labels) {
    const { timeSeconds, message } = await readSnapshot(store.repository.named, id);
    const place = name
      .split('/')
      .map((part) => escapePart(encoder.encode(part)))
      .join('/');
    const [first = ''] = message.trim().split('\n');
    const short = first.slice(0, MAX_MESSAGE_CHARACTERS);
    const archives = ['tar.gz', 'zip'].map(
      (end) => markup`<a href="${plain(`./archive/${place}.${end}`)}">${plain(end)}</a> `,
    );
    yield markup`<tr><td><a href="${plain(`./label/${place}/`)}">${plain(name)}</a><td class="t">${plain(formatTime(timeSeconds))}<td>${plain(short)}<td class="t">${archives.join('') as Markup}\n`;
  }
}

function page(content: Parameters<typeof pageBody>[0]): Answer {
  return { status: 200, headers: PAGE_HEADERS, body: pageBody(content) };
}

/** `GET archive/<label>.tar`, `.tar.gz` or `.zip`: a version as an archive, made as it goes. */
import { NotFoundError } from '../errors/errors.ts';
import type { ByteStream } from '../flow/byte-stream.ts';
import { hexOf } from '../hash/object-id.ts';
import { openView, type View } from '../view/view.ts';
import { type Answer, notModified } from './answer.ts';
import { heldBody } from './contents.ts';
import { entityTag, isHeld } from './entity-tag.ts';
import { dispositionOf } from './label-route.ts';
import { findLabel } from './labelled.ts';
import type { StoreRequest } from './request.ts';
import { textOf } from './target.ts';

interface Format {
  /** How names of it end. */
  readonly end: string;
  readonly type: string;
  /** Whether it is the same bytes each time. */
  readonly isFixed: boolean;
  readonly open: (view: View) => ByteStream;
}

/** The longer ends first. */
const FORMATS: readonly Format[] = [
  { end: '.tar.gz', type: 'application/gzip', isFixed: false, open: (view) => view.tarGz() },
  { end: '.tar', type: 'application/x-tar', isFixed: true, open: (view) => view.tar() },
  { end: '.zip', type: 'application/zip', isFixed: false, open: (view) => view.zip() },
];

export async function answerArchive(request: StoreRequest): Promise<Answer> {
  const { store, headers, names } = request;
  const text = textOf(names)?.join('/') ?? '';
  const format = FORMATS.find(({ end }) => text.endsWith(end));
  const label = format && (await findLabel(request, text.slice(0, -format.end.length)));
  if (format === undefined || label === undefined) throw noArchive();
  const { named, codec, level } = store.repository;
  const { tree: treeId, timeSeconds } = label.snapshot;
  const strong = entityTag(`${hexOf(label.id)}${format.end}`);
  const tag = format.isFixed ? strong : `W/${strong}`;
  const head = {
    'content-type': format.type,
    'content-disposition': dispositionOf('attachment', text.replaceAll('/', '-')),
    'cache-control': 'no-cache',
  };
  if (isHeld(headers['if-none-match'], tag)) return notModified(tag, head);
  await request.enter('archive');
  const view = openView(named, { treeId, timeSeconds, compression: { codec, level } });
  const body = heldBody(store.readers, undefined, () => format.open(view));
  return { status: 200, headers: { ...head, etag: tag }, body };
}

function noArchive(): NotFoundError {
  return new NotFoundError('LABEL_NOT_FOUND', 'no label of this store is named so', {
    hint: 'ask for a label with .tar, .tar.gz or .zip behind its name',
  });
}

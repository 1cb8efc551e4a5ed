/** What came of a push: one JSON object, `{"labels":[{"name","before","after","kind"}]}`, an id `null` where none is. */
import { encodeText } from '../bytes/text.ts';
import { findObjectId, type ObjectId } from '../hash/object-id.ts';
import { isLabelName, type LabelName } from '../label/name.ts';
import { parseObject } from './json-object.ts';
import { type DocumentKind, invalidDocument } from './lines.ts';

const CHANGES = ['created', 'forwarded', 'forced', 'deleted', 'unchanged'] as const;

/** What became of a label. */
export interface PushedLabel {
  readonly name: LabelName;
  /** `undefined` where there was none. */
  readonly before: ObjectId | undefined;
  /** `undefined` where it was deleted. */
  readonly after: ObjectId | undefined;
  readonly kind: (typeof CHANGES)[number];
}

export const MAX_PUSHED_LABELS_BYTES: number = 128 * 2 ** 20;
const KIND: DocumentKind = {
  name: 'pushed',
  subject: 'what came of the push',
  maxBytes: MAX_PUSHED_LABELS_BYTES,
};

export function encodePushedLabels(labels: readonly PushedLabel[]): Uint8Array {
  const told = labels.map(({ name, before = null, after = null, kind }) => ({ name, before, after, kind }));
  return encodeText(`${JSON.stringify({ labels: told })}\n`);
}

/** @throws CorruptError `DOCUMENT_INVALID` */
export function decodePushedLabels(document: Uint8Array): PushedLabel[] {
  const { labels } = parseObject(document, MAX_PUSHED_LABELS_BYTES) ?? {};
  if (!Array.isArray(labels)) throw invalidDocument(KIND, 'it has no labels');
  return labels.map(decodeLabel);
}

function decodeLabel(told: unknown): PushedLabel {
  const { name, before, after, kind } = Object(told) as Readonly<Record<string, unknown>>;
  const known = CHANGES.find((each) => each === kind);
  if (typeof name !== 'string' || !isLabelName(name) || known === undefined)
    throw invalidDocument(KIND, 'a label in it is none');
  return { name, before: decodeId(before), after: decodeId(after), kind: known };
}

function decodeId(told: unknown): ObjectId | undefined {
  if (told === null) return undefined;
  const id = typeof told === 'string' && told.startsWith('sha256:') ? findObjectId(told) : undefined;
  if (id === undefined) throw invalidDocument(KIND, 'an id in it is none');
  return id;
}

/** What a transfer would come to: one JSON object, `{"objects":N,"bytes":N}`. */
import { encodeText } from '../bytes/text.ts';
import { parseObject } from './json-object.ts';
import { type DocumentKind, invalidDocument } from './lines.ts';

/** What a transfer comes to. */
export interface Measure {
  readonly objects: number;
  /** Of the whole bundle. */
  readonly bytes: number;
}

export const MAX_MEASURE_BYTES = 1024;
const KIND: DocumentKind = {
  name: 'measure',
  subject: 'what is said of a transfer',
  maxBytes: MAX_MEASURE_BYTES,
};

export function encodeMeasure({ objects, bytes }: Measure): Uint8Array {
  return encodeText(`${JSON.stringify({ objects, bytes })}\n`);
}

/** @throws CorruptError `DOCUMENT_INVALID` */
export function decodeMeasure(document: Uint8Array): Measure {
  const { objects, bytes } = parseObject(document, MAX_MEASURE_BYTES) ?? {};
  if (!isCount(objects) || !isCount(bytes)) throw invalidDocument(KIND, 'it has not its two numbers');
  return { objects, bytes };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

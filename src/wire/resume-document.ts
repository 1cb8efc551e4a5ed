/** How much has arrived of an upload: one JSON object, `{"bytes":N,"digest":"<64 hex>"}`. */
import { encodeText } from '../bytes/text.ts';
import type { ResumePoint } from './fetch-request.ts';
import { parseObject } from './json-object.ts';
import { type DocumentKind, invalidDocument } from './lines.ts';

export const MAX_RESUME_DOCUMENT_BYTES = 1024;
const KIND: DocumentKind = {
  name: 'resume',
  subject: 'what is said of an upload',
  maxBytes: MAX_RESUME_DOCUMENT_BYTES,
};

export function encodeResumePoint({ bytes, digest }: ResumePoint): Uint8Array {
  return encodeText(`${JSON.stringify({ bytes, digest })}\n`);
}

/** @throws CorruptError `DOCUMENT_INVALID` */
export function decodeResumePoint(document: Uint8Array): ResumePoint {
  const { bytes, digest } = parseObject(document, MAX_RESUME_DOCUMENT_BYTES) ?? {};
  const isSound = Number.isSafeInteger(bytes) && Number(bytes) >= 0 && /^[0-9a-f]{64}$/.test(String(digest));
  if (!isSound) throw invalidDocument(KIND, 'it has not its two numbers');
  return { bytes: Number(bytes), digest: String(digest) };
}

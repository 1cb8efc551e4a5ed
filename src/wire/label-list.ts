/**
 * The labels of a store, for who fetches from it or pushes to it.
 *
 *   cas-labels 1 LF
 *   label <id> <name> LF      ascending by the bytes of names
 *   LF
 */
import { sortByName } from '../label/label.ts';
import type { BundledLabel } from './bundle-header.ts';
import { checkCanonical, type DocumentKind, decodeLines, encodeLines, Words } from './lines.ts';

/** Of a million labels whose names are as long as most. */
export const MAX_LABEL_LIST_BYTES: number = 128 * 2 ** 20;
const KIND: DocumentKind = {
  name: 'cas-labels',
  subject: 'the list of labels',
  maxBytes: MAX_LABEL_LIST_BYTES,
};

/** @param labels in any order, each name once */
export function encodeLabelList(labels: Iterable<BundledLabel>): Uint8Array {
  return encodeLines(
    KIND,
    sortByName(labels).map(({ id, name }) => `label ${id} ${name}`),
  );
}

/** @throws CorruptError `DOCUMENT_INVALID` @throws RefusedError `DOCUMENT_TOO_NEW` */
export function decodeLabelList(bytes: Uint8Array): BundledLabel[] {
  const words = new Words(KIND);
  const labels = decodeLines(KIND, bytes).map(([kind, id, name, ...rest]) =>
    kind === 'label' && rest.length === 0 ? { id: words.id(id), name: words.name(name) } : words.unknown(),
  );
  const names = new Map(labels.map((label) => [label.name, label]));
  checkCanonical(KIND, bytes, encodeLabelList(names.values()));
  return labels;
}

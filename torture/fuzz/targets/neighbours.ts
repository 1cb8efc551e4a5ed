/** What programs before this one wrote, and other programs say: Theater's labels and references, layouts of representations. */

import { encodeText } from '../../../src/bytes/text.ts';
import { hashBytes } from '../../../src/hash/hasher.ts';
import { LAYOUTS } from '../../../src/semiont/layout.ts';
import { findRecord } from '../../../src/semiont/record.ts';
import { parseResourceDescriptor } from '../../../src/semiont/resource-descriptor.ts';
import { ContentRef, isContentHash } from '../../../src/theater/content-ref.ts';
import { decodeLabelFile, encodeLabelFile } from '../../../src/theater/label-file.ts';
import { escapeLabel, findLabelText } from '../../../src/theater/label-text.ts';
import { formatReference, parseReference } from '../../../src/theater/reference.ts';
import { hold, holdAlike, outcomeOf, valueOf } from '../oracle.ts';
import { seedsOf, type Target, textOf, wordsOf } from '../target.ts';

const SHA1 = '0123456789abcdef0123456789abcdef01234567';
const ID = hashBytes(encodeText('x'));
const HEX = ID.slice(7);

export const theater: Target = {
  name: 'theater',
  inputs: 2000,
  maxBytes: 150,
  seeds: seedsOf(
    SHA1,
    `${SHA1}\n${SHA1.replace('0', 'f')}`,
    `store://main/hash/${SHA1}`,
    'store://main/document:v2',
    `store:hash:${SHA1}`,
    'store:a',
    'Label/With.lock',
    '=3a',
  ),
  words: wordsOf('store: // hash/ hash: =3d = %2F % / . - .lock A \u00c9 \u00df \0', SHA1, '\n', ' '),
  run: (bytes) => {
    const { refs } = decodeLabelFile(bytes);
    if (refs.length > 0)
      holdAlike(
        decodeLabelFile(encodeLabelFile(refs, 'list')).refs,
        refs,
        'references that were read are read again',
      );
    const text = textOf(bytes);
    const name = outcomeOf(() => escapeLabel(text));
    if (name.kind === 'value')
      hold(findLabelText(name.value) === text, 'the name of a label tells the label');
    const meant = findLabelText(text);
    hold(meant === undefined || escapeLabel(meant) === text, 'a label has one name');
    const ref = outcomeOf(() => new ContentRef(text));
    hold((ref.kind === 'value') === isContentHash(text), 'a hash is one');
    const reference = parseReference(text);
    if (reference.storeId === undefined) return;
    const spelt = outcomeOf(() => formatReference(reference));
    if (spelt.kind === 'value')
      holdAlike(parseReference(spelt.value), reference, 'a reference that was read is read again');
  },
};

/** JSON, or the path of a file. */
export const semiont: Target = {
  name: 'semiont',
  inputs: 5000,
  maxBytes: 400,
  seeds: seedsOf(
    `{"@context":"https://schema.org/","@id":"urn:x","name":"n","representations":[{"mediaType":"text/plain","checksum":"${ID}","rel":"original","language":"en"}]}`,
    ...LAYOUTS.map(({ pathOf }) =>
      pathOf({ checksum: ID, mediaType: 'text/plain; charset=utf-8', resource: 'doc-1' })!.join('/'),
    ),
    `${HEX.slice(0, 2)}/${HEX.slice(2, 4)}/${HEX}/0123456789abcdef`,
  ),
  words: wordsOf(
    'representations documents / ~1 rep- sha256- .dat .md "@id": "checksum": "mediaType": ' +
      '"__proto__": { } [ ] null 1 " .. \0',
    HEX,
    ID,
  ),
  run: (bytes) => {
    const text = textOf(bytes);
    for (const layout of LAYOUTS) {
      const claim = layout.claimOf(text.split('/'));
      if (claim?.id === undefined || claim.mediaType === undefined) continue;
      const path = layout.pathOf({
        checksum: claim.id,
        mediaType: claim.mediaType,
        resource: claim.resource,
      });
      hold(path === undefined || path[0] === layout.folder, 'what a path says leads to a path');
    }
    const entry = { name: bytes, kind: 'file', sizeBytes: 1, id: ID, attributes: new Map() } as const;
    const record = findRecord({ path: bytes, entry, depth: 1 } as unknown as Parameters<
      typeof findRecord
    >[0]);
    hold(record === undefined || record.checksum === ID, 'a record is that of its entry');
    const descriptor = outcomeOf(() => parseResourceDescriptor(parseJson(text)));
    if (descriptor.kind === 'value')
      holdAlike(
        parseResourceDescriptor(JSON.parse(JSON.stringify(descriptor.value))),
        descriptor.value,
        'a descriptor that was read is read again',
      );
    valueOf(descriptor);
  },
};

/** `undefined` for what is no JSON, which callers have to see to themselves. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is said of a representation beside its bytes, and how a tree keeps it: as attributes of its entry. */
import { InvalidInputError } from '../errors/errors.ts';
import { type Attributes, checkAttributes } from '../object/attributes.ts';

/** What a caller says of the bytes that it stores. */
export interface RepresentationMetadata {
  /** Such as `text/plain` or `text/markdown; charset=utf-8`, kept as it is given. */
  readonly mediaType: string;
  /** A language tag, such as `en`. */
  readonly language?: string | undefined;
  /** What it is to its resource: `original`, `translation`, `derived`, or any other word. */
  readonly rel?: string | undefined;
  /** What it is a representation of: a URL, or any other name. */
  readonly resource?: string | undefined;
}

/** Attributes that tell one record of some bytes from another. */
export const METADATA_KEYS = ['mediaType', 'language', 'rel', 'resource'] as const;

/** What bytes are taken for where nothing says what they are. */
export const UNKNOWN_MEDIA_TYPE = 'application/octet-stream';

// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * The attributes that say this, without `created`.
 *
 * @throws InvalidInputError `METADATA_INVALID` for a value that is no text, is empty, or has control characters, and
 *   without a media type; `ATTRIBUTES_TOO_LARGE` over 64 KiB in all
 */
export function attributesOf(metadata: RepresentationMetadata): Attributes {
  const attributes = new Map<string, string>();
  for (const key of METADATA_KEYS) {
    const value: unknown = metadata[key];
    if (value === undefined && key !== 'mediaType') continue;
    if (typeof value !== 'string' || value === '' || CONTROL.test(value) || !value.isWellFormed())
      throw invalid(key, value);
    attributes.set(key, value);
  }
  checkAttributes(attributes);
  return attributes;
}

/** What attributes say, whoever set them. */
export function metadataOf(attributes: Attributes): RepresentationMetadata {
  const metadata: { -readonly [Key in keyof RepresentationMetadata]: RepresentationMetadata[Key] } = {
    mediaType: UNKNOWN_MEDIA_TYPE,
  };
  for (const key of METADATA_KEYS) {
    const value = attributes.get(key);
    if (value !== undefined) metadata[key] = value;
  }
  return metadata;
}

function invalid(key: string, value: unknown): InvalidInputError {
  const shown = value === undefined ? 'missing' : JSON.stringify(value).slice(0, 100);
  return new InvalidInputError('METADATA_INVALID', `${key} of a representation cannot be ${shown}`, {
    hint:
      key === 'mediaType'
        ? "give a media type, such as 'text/plain'"
        : 'give one line of text, or leave it out',
  });
}

/** What Theater calls content by: the SHA-1 of its bytes, in 40 lower-case hex digits. */
import { createHash, hash } from 'node:crypto';
import { join } from 'node:path';
import { InvalidInputError } from '../errors/errors.ts';

const HASH = /^[0-9a-f]{40}$/;

/** How a reference stands in JSON. */
export interface ContentRefJson {
  readonly hash: string;
}

/**
 * A reference to content.
 *
 * SHA-1 is a name here, and no proof: the bytes are kept under their SHA-256, and two contents that somebody gave one
 * SHA-1 stay two.
 */
export class ContentRef {
  readonly hash: string;

  /** @throws InvalidInputError `CONTENT_REF_INVALID` for anything but 40 lower-case hex digits */
  constructor(hash: string) {
    if (typeof hash !== 'string' || !isContentHash(hash)) throw invalid(hash);
    this.hash = hash;
  }

  /** The reference to these bytes; text is its UTF-8. Nothing is stored. */
  static fromContent(content: Uint8Array | string): ContentRef {
    return new ContentRef(hash('sha1', content, 'hex'));
  }

  /** What `JSON.parse` made of a reference. @throws as the constructor */
  static fromJSON({ hash }: ContentRefJson): ContentRef {
    return new ContentRef(hash);
  }

  /** Where the content lies in Theater's own layout: `<basePath>/data/<hash>`. */
  toPath(basePath: string): string {
    return join(basePath, 'data', this.hash);
  }

  equals(other: ContentRef): boolean {
    return this.hash === other.hash;
  }

  /** The hash alone. */
  toString(): string {
    return this.hash;
  }

  toJSON(): ContentRefJson {
    return { hash: this.hash };
  }
}

function invalid(hash: unknown): InvalidInputError {
  return new InvalidInputError('CONTENT_REF_INVALID', `'${String(hash).slice(0, 80)}' is no content hash`, {
    hint: 'give the SHA-1 of the content, 40 lower-case hex digits',
  });
}

/** Whether `text` is 40 lower-case hex digits. */
export function isContentHash(text: string): boolean {
  return HASH.test(text);
}

/** Hashes content as it comes; `finish` is called once, at the end. */
export function createContentHasher(): { update(bytes: Uint8Array): void; finish(): ContentRef } {
  const state = createHash('sha1');
  return {
    update: (bytes) => void state.update(bytes),
    finish: () => new ContentRef(state.digest('hex')),
  };
}

/** Checksums as programs give them. */
import { InvalidInputError, NotFoundError } from '../errors/errors.ts';
import { findObjectId, type ObjectId } from '../hash/object-id.ts';

/**
 * The object that a checksum names: 64 lower-case hex digits of a SHA-256, with `sha256:` before them or without.
 *
 * @throws InvalidInputError `CHECKSUM_INVALID`
 */
export function parseChecksum(checksum: unknown): ObjectId {
  const id = typeof checksum === 'string' ? findObjectId(checksum) : undefined;
  if (id !== undefined) return id;
  throw new InvalidInputError(
    'CHECKSUM_INVALID',
    `not a checksum: ${JSON.stringify(checksum)?.slice(0, 100)}`,
    {
      hint: "give 64 lower-case hex digits, with or without 'sha256:'",
    },
  );
}

/** The error for a checksum that no representation has. */
export function representationNotFound(checksum: string): NotFoundError {
  return new NotFoundError('REPRESENTATION_NOT_FOUND', `no representation has the checksum '${checksum}'`, {
    hint: 'store it, or see what is there with list()',
  });
}

/**
 * Other hashes that content may be known by, beside the SHA-256 that is its id. Each is a name, and no proof: for some
 * of them two contents of one hash are public.
 */
import { findBase64 } from '../bytes/base64.ts';
import { formatHex } from '../bytes/hex.ts';

/** `git` is that of git's blobs: the SHA-1 of `blob`, SP, the size in decimal, NUL and the content. */
export type AliasHash = 'git' | 'md5' | 'sha1' | 'sha512';

/** How many bytes each has. */
export const ALIAS_BYTES: Readonly<Record<AliasHash, number>> = { git: 20, md5: 16, sha1: 20, sha512: 64 };

/** All of them, in the order in which their digests are written one after the other. */
export const ALIAS_HASHES: readonly AliasHash[] = Object.keys(ALIAS_BYTES) as AliasHash[];

/** Another hash of some content. */
export interface Alias {
  readonly hash: AliasHash;
  /** Lower case, two digits a byte. */
  readonly hex: string;
}

/** Whether `text` is the name of one of them. */
export function isAliasHash(text: string): text is AliasHash {
  return Object.hasOwn(ALIAS_BYTES, text);
}

/** Whether `hex` can be one of this hash: as many lower-case digits as it has. */
export function isAlias({ hash, hex }: Alias): boolean {
  return hex.length === ALIAS_BYTES[hash] * 2 && /^[0-9a-f]*$/.test(hex);
}

/** The alias that `text` spells, as `sha1:<40 hex>` or as an SRI such as `sha512-<base64>`; `undefined` when none. */
export function findAlias(text: string): Alias | undefined {
  const [, hash = '', mark, digits = ''] = /^([a-z0-9]+)([:-])(.*)$/.exec(text) ?? [];
  if (!isAliasHash(hash)) return undefined;
  const hex = mark === ':' ? digits : hexOfIntegrity(hash, digits);
  return isAlias({ hash, hex }) ? { hash, hex } : undefined;
}

/** Empty where it is none: nobody writes the hash of git's blobs so. */
function hexOfIntegrity(hash: AliasHash, text: string): string {
  const digest = hash === 'git' ? undefined : findBase64(text, ALIAS_BYTES[hash]);
  return digest === undefined ? '' : formatHex(digest);
}

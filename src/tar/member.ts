/** What a tar is read into: its members, one after the other, as far as a tree can hold them. */
import type { ByteStream } from '../flow/byte-stream.ts';
import type { Attributes } from '../object/attributes.ts';

interface NamedMember {
  /** Names joined by single slashes, without `.`, `..` and a slash at either end; never empty. */
  readonly path: Uint8Array;
  /** Of the member's header, in bytes from the start of the tar, unpacked. */
  readonly offset: number;
  readonly attributes: Attributes;
  /** Whole seconds since 1970, of any sign and size; `undefined` where the archive does not say. */
  readonly modifiedSeconds: number | undefined;
}

export interface TarFile extends NamedMember {
  readonly kind: 'file';
  /** Whether the owner may execute it. */
  readonly isExecutable: boolean;
  readonly sizeBytes: number;
  /**
   * Exactly `sizeBytes` bytes, to be read once, and before the next member is asked for: what is left unread
   * by then is skipped.
   */
  readonly content: ByteStream;
}

export interface TarFolder extends NamedMember {
  readonly kind: 'folder';
}

export interface TarSymlink extends NamedMember {
  readonly kind: 'symlink';
  /** As the archive spells it: 1 to 4,095 bytes without NUL. It may lead anywhere. */
  readonly linkTarget: Uint8Array;
}

/** Another name for a file that came before. */
export interface TarHardLink extends NamedMember {
  readonly kind: 'hardlink';
  readonly isExecutable: boolean;
  /** The path of the other member, spelt as `path` is. */
  readonly linkTarget: Uint8Array;
}

export type TarMember = TarFile | TarFolder | TarSymlink | TarHardLink;

/** A device or a fifo: what no tree holds. */
export interface TarSpecial {
  readonly path: Uint8Array;
  readonly offset: number;
}

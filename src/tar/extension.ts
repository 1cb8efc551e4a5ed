/**
 * Headers that speak of the member after them: pax `x` and `g`, and GNU's `L` (name) and `K` (link name), whose
 * data is the name and a NUL.
 */
import { type TarPlace, tarFault } from './fault.ts';
import { BLOCK_BYTES, type TarHeader } from './header.ts';
import type { ArchiveInput } from './input.ts';
import { decodeGlobalPax, decodePax, NO_PAX, type PaxHeader } from './pax.ts';

export type ExtensionType = 'x' | 'g' | 'L' | 'K';

export function isExtension(type: string): type is ExtensionType {
  return type === 'x' || type === 'g' || type === 'L' || type === 'K';
}

/** Everything that was said of a member before its own header. */
export interface Extensions {
  readonly pax: PaxHeader;
  /** Seconds that a global header gives to all members. */
  readonly globalSeconds: number | undefined;
  readonly longName: Uint8Array | undefined;
  readonly longLink: Uint8Array | undefined;
}

/** Gathers the headers before a member, each at most once. */
export class ExtensionReader {
  readonly #input: ArchiveInput;
  readonly #maxBytes: number;
  #globalSeconds: number | undefined;
  #pax: PaxHeader | undefined;
  #longName: Uint8Array | undefined;
  #longLink: Uint8Array | undefined;
  #none: Extensions;

  /** @param maxBytes of the data of one header */
  constructor(input: ArchiveInput, maxBytes: number) {
    this.#input = input;
    this.#maxBytes = maxBytes;
    this.#none = { pax: NO_PAX, globalSeconds: undefined, longName: undefined, longLink: undefined };
  }

  /**
   * Reads the data of `header`, which was read just before.
   *
   * @throws InvalidInputError `TAR_HEADER_TOO_LARGE`, `TAR_PAX_INVALID`, `TAR_GNU_INVALID`, `TAR_SPARSE`,
   *   `TAR_TRUNCATED`
   */
  async read(header: TarHeader & { readonly type: ExtensionType }): Promise<void> {
    const place = { offset: header.offset };
    const data = await this.#takeData(header, place);
    switch (header.type) {
      case 'x':
        if (this.#pax !== undefined) throw tarFault('TAR_PAX_INVALID', 'a second pax header', place);
        this.#pax = decodePax(data, place);
        return;
      case 'g':
        this.checkNonePending(place);
        this.#globalSeconds = decodeGlobalPax(data, place).modifiedSeconds ?? this.#globalSeconds;
        this.#none = { ...this.#none, globalSeconds: this.#globalSeconds };
        return;
      case 'L':
        if (this.#longName !== undefined) throw tarFault('TAR_GNU_INVALID', 'a second long name', place);
        this.#longName = decodeLongName(data, place);
        return;
      case 'K':
        if (this.#longLink !== undefined) throw tarFault('TAR_GNU_INVALID', 'a second long link', place);
        this.#longLink = decodeLongName(data, place);
        return;
    }
  }

  /**
   * What stands for the member that comes now; nothing of it stands for the one after.
   *
   * @throws InvalidInputError `TAR_NAME_TWICE`
   */
  take(place: TarPlace): Extensions {
    if (!this.#isPending()) return this.#none;
    const taken: Extensions = {
      pax: this.#pax ?? NO_PAX,
      globalSeconds: this.#globalSeconds,
      longName: this.#longName,
      longLink: this.#longLink,
    };
    this.#pax = this.#longName = this.#longLink = undefined;
    checkOneName(taken, place);
    return taken;
  }

  /** @throws InvalidInputError `TAR_MEMBER_MISSING` where a member was announced, and none came */
  checkNonePending(place: TarPlace): void {
    if (this.#isPending())
      throw tarFault('TAR_MEMBER_MISSING', 'no member follows the header before it', place);
  }

  #isPending(): boolean {
    return this.#pax !== undefined || this.#longName !== undefined || this.#longLink !== undefined;
  }

  async #takeData(header: TarHeader, place: TarPlace): Promise<Uint8Array> {
    const { sizeBytes } = header;
    if (sizeBytes > this.#maxBytes)
      throw tarFault('TAR_HEADER_TOO_LARGE', `it has over ${this.#maxBytes} bytes of data`, place);
    const paddedBytes = Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
    const data = this.#input.tryTake(paddedBytes) ?? (await this.#input.take(paddedBytes));
    if (data.length < paddedBytes) throw tarFault('TAR_TRUNCATED', 'the archive ends inside it', place);
    return data.subarray(0, sizeBytes);
  }
}

function decodeLongName(data: Uint8Array, place: TarPlace): Uint8Array {
  const end = data.indexOf(0);
  const name = end < 0 ? data : data.subarray(0, end);
  if (name.length === 0) throw tarFault('TAR_GNU_INVALID', 'it holds an empty name', place);
  if (data.subarray(name.length).some((byte) => byte !== 0))
    throw tarFault('TAR_GNU_INVALID', 'it holds a name with a NUL', place);
  return name.slice();
}

/** Two spellings of one name are read differently by different tools, so neither is believed. */
function checkOneName(extensions: Extensions, place: TarPlace): void {
  const { pax, longName, longLink } = extensions;
  if (pax.path !== undefined && longName !== undefined)
    throw tarFault('TAR_NAME_TWICE', 'a pax header and a long name both name it', place);
  if (pax.linkPath !== undefined && longLink !== undefined)
    throw tarFault('TAR_NAME_TWICE', 'a pax header and a long link both say where it links', place);
}

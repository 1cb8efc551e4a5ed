/**
 * How one entry is said in a tar, in the recipe `tar/1`: the simplest way that GNU tar, bsdtar and Python's
 * tarfile all read to the same bytes.
 *
 *   a name in ASCII that fits        the header's own fields, name or prefix and name
 *   any other name in composed UTF-8 a pax record `path`
 *   any other bytes, up to 100       the header's name field, as they are
 *   any other bytes                  a GNU `L` record
 *
 * A symlink's target likewise, with `linkpath` and `K`; as text it is in the header where it fits. Composed is
 * Unicode's normal form C: bsdtar gives that form to what a pax record says, and so would merge two names. Attributes are
 * pax records `SCHILY.xattr.user.caskit.<key>`. Sizes of 8 GiB and more and times that octal digits cannot hold
 * are base-256.
 */
import { concatBytes } from '../bytes/concat.ts';
import { decodeText } from '../bytes/text.ts';
import type { EntryKind, TreeEntry } from '../object/tree-entry.ts';
import { ATTRIBUTE_PREFIX } from '../tar/pax.ts';
import { type Amendment, NAME_FIELD_BYTES } from './tar-amend.ts';
import type { TarFields } from './tar-packer.ts';

/** The permissions that an entry of each kind has in an archive. */
export const MEMBER_MODES: Readonly<Record<EntryKind, number>> = {
  file: 0o644,
  executable: 0o755,
  symlink: 0o777,
  folder: 0o755,
};
const TYPES: Readonly<Record<EntryKind, TarFields['type']>> = {
  file: 'file',
  executable: 'file',
  symlink: 'symlink',
  folder: 'directory',
};
const MAX_PACKED_SECONDS: number = 2 ** 31 - 1;
/** Where new scripts are added, whose letters may compose then; not emoji and not Han. */
const GROWING_PLANES = /[\u{10000}-\u{1efff}\u{1fc00}-\u{1ffff}\u{40000}-\u{10ffff}]/u;
const NO_NAME = new Uint8Array(0);
const SLASH: Uint8Array = Uint8Array.of(0x2f);
const DOT_SLASH: Uint8Array = Uint8Array.of(0x2e, 0x2f);
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** What is said of a member: what tar-stream says, and what has to be added to it. */
export interface TarMemberForm {
  readonly fields: TarFields;
  readonly amendment: Amendment | undefined;
  /** For an `L` record before the member. */
  readonly longName: Uint8Array | undefined;
  /** For a `K` record before the member. */
  readonly longTarget: Uint8Array | undefined;
}

export interface TarMemberInput {
  /** Without a slash at its end. */
  readonly path: Uint8Array;
  readonly entry: Pick<TreeEntry, 'kind' | 'attributes'>;
  /** Of a symlink, and of nothing else. */
  readonly target: Uint8Array | undefined;
  readonly timeSeconds: number;
}

export function formOfMember(member: TarMemberInput): TarMemberForm {
  const { entry, target, timeSeconds } = member;
  const spelt = spellPath(member);
  const name = splitName(spelt);
  const link = target === undefined ? undefined : splitName(target);
  const isOddLink = link !== undefined && link.text === undefined;
  const isPlainTime = timeSeconds >= 0 && timeSeconds <= MAX_PACKED_SECONDS;
  const pax = paxRecords(entry, name.text === undefined ? NO_NAME : spelt);
  const fields: TarFields = {
    name: name.text ?? '',
    type: isOddLink ? 'directory' : TYPES[entry.kind], // tar-stream has no symlink without a target
    mode: MEMBER_MODES[entry.kind],
    timeSeconds: isPlainTime ? timeSeconds : 0,
    ...(link?.text !== undefined && { linkName: link.text }),
    ...(pax && { pax }),
  };
  const amendment: Amendment = {
    ...(isOddLink && { type: '2' }),
    ...(name.short && { name: name.short }),
    ...(link?.short && { linkName: link.short }),
    ...(!isPlainTime && { timeSeconds }),
  };
  const isAmended = Object.keys(amendment).length > 0;
  return {
    fields,
    amendment: isAmended ? amendment : undefined,
    longName: name.long,
    longTarget: link?.long,
  };
}

interface SplitName {
  /** Where it is composed UTF-8. */
  readonly text: string | undefined;
  /** Other bytes as they stand in the header: a beginning only, where the whole is `long`. */
  readonly short: Uint8Array | undefined;
  readonly long: Uint8Array | undefined;
}

function splitName(bytes: Uint8Array): SplitName {
  const text = decodeText(bytes);
  if (text !== undefined && isComposed(text)) return { text, short: undefined, long: undefined };
  const isLong = bytes.length > NAME_FIELD_BYTES;
  return { text: undefined, short: bytes.subarray(0, NAME_FIELD_BYTES), long: isLong ? bytes : undefined };
}

/** The same answer with every version of Unicode. */
function isComposed(text: string): boolean {
  return text.normalize('NFC') === text && !GROWING_PLANES.test(text);
}

/**
 * bsdtar cuts a drive or a backslash off the front of a path; behind `./` it leaves them alone.
 *
 * @param bytes that have the path from `start` up to `end`
 */
export function needsSpelling(bytes: Uint8Array, start: number = 0, end: number = bytes.length): boolean {
  if (bytes[start] === BACKSLASH) return true;
  return end - start > 1 && bytes[start + 1] === COLON && isLetter(bytes[start]!);
}

function spellPath({ path, entry }: TarMemberInput): Uint8Array {
  const parts = needsSpelling(path) ? [DOT_SLASH, path] : [path];
  return concatBytes(entry.kind === 'folder' ? [...parts, SLASH] : parts);
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** `undefined` where no pax header is asked for; tar-stream adds one by itself for a name that needs it. */
function paxRecords(
  { kind, attributes }: TarMemberInput['entry'],
  spelt: Uint8Array,
): Readonly<Record<string, string>> | undefined {
  // Split at its last slash, such a name would leave nothing for the name field.
  const hasEmptyName = kind === 'folder' && spelt.length - spelt.lastIndexOf(0x2f, -2) - 1 > NAME_FIELD_BYTES;
  if (attributes.size === 0 && !hasEmptyName) return undefined;
  return Object.fromEntries([...attributes].map(([key, value]) => [ATTRIBUTE_PREFIX + key, value]));
}

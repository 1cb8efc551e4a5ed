/** Arbitrary entries of trees, and whole folders as plain data. */
import * as fc from 'fast-check';
import { toByteString } from '../../src/bytes/byte-string.ts';
import { compareBytes } from '../../src/bytes/compare.ts';
import { encodeText } from '../../src/bytes/text.ts';
import { type ObjectId, objectIdFromBytes } from '../../src/hash/object-id.ts';
import type { Attributes } from '../../src/object/attributes.ts';
import { type EntryKind, findNameFault, type TreeEntry } from '../../src/object/tree-entry.ts';
import { anyAwkwardBytes, anyText } from './bytes.ts';

export const anyObjectId = (): fc.Arbitrary<ObjectId> =>
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map(objectIdFromBytes);

/** Names that are legal in a tree and that some machine or some program takes for something else. */
const SURPRISING = [
  '...',
  '.git',
  '.gitignore',
  '.cas2',
  '.ca',
  'CAS~1',
  '.cas.',
  '.cas ',
  'NUL',
  'a:b',
  'C:x',
];

/** A legal name of an entry: any bytes, mostly text. */
export const anyName = (): fc.Arbitrary<Uint8Array> =>
  fc
    .oneof(
      { weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 12 }).map(encodeText) },
      { weight: 4, arbitrary: anyAwkwardBytes() },
      { weight: 1, arbitrary: fc.constantFrom(...SURPRISING, '__proto__', 'constructor').map(encodeText) },
      { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 255 }) },
    )
    .map((bytes) => bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x5f : byte)))
    .filter((name) => findNameFault(name) === undefined);

/** A legal name that is text, printable and short: for places where any byte would be another test's matter. */
export const anyPlainName = (): fc.Arbitrary<Uint8Array> =>
  fc.stringMatching(/^[a-z][a-z0-9-]{0,7}(\.[a-z]{1,3})?$/).map(encodeText);

export const anyAttributes = (): fc.Arbitrary<Attributes> =>
  fc
    .array(
      fc.tuple(
        fc.oneof(
          fc.constantFrom(
            'mediaType',
            'language',
            'rel',
            'created',
            'order',
            'mtime',
            'resource',
            'constructor',
          ),
          fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/),
        ),
        anyText(24).map((text) => text.replaceAll('\0', '=')),
      ),
      { maxLength: 4 },
    )
    .map((pairs) => new Map(pairs));

const anyKind = (): fc.Arbitrary<EntryKind> => fc.constantFrom('file', 'executable', 'symlink', 'folder');

/** An entry whose id and size are of no real object. */
export const anyEntry = (): fc.Arbitrary<TreeEntry> =>
  fc
    .record({
      name: anyName(),
      kind: anyKind(),
      sizeBytes: fc.oneof(fc.maxSafeNat(), fc.nat(100)),
      id: anyObjectId(),
      attributes: anyAttributes(),
    })
    .map((entry) =>
      entry.kind === 'symlink' ? { ...entry, sizeBytes: 1 + (entry.sizeBytes % 4095) } : entry,
    );

/** Entries as a tree holds them: names once, in order. */
export const anyEntries = (maxLength = 12): fc.Arbitrary<TreeEntry[]> => anyNamed(anyEntry(), maxLength);

/** What a folder holds, as plain data with its content: names once, in byte order. */
export type Member = FileMember | SymlinkMember | FolderMember;

export interface FileMember {
  readonly kind: 'file' | 'executable';
  readonly name: Uint8Array;
  readonly content: Uint8Array;
  readonly attributes: Attributes;
}

export interface SymlinkMember {
  readonly kind: 'symlink';
  readonly name: Uint8Array;
  /** 1 byte or more, none of them NUL. */
  readonly target: Uint8Array;
  readonly attributes: Attributes;
}

export interface FolderMember {
  readonly kind: 'folder';
  readonly name: Uint8Array;
  readonly members: readonly Member[];
  readonly attributes: Attributes;
}

export interface FolderOptions {
  /** How many folders may lie in each other. @default 3 */
  readonly maxDepth?: number;
  /** Members of one folder. @default 5 */
  readonly maxMembers?: number;
  /** @default {@link anyName} */
  readonly names?: fc.Arbitrary<Uint8Array>;
  /** @default {@link anyAttributes}; `fc.constant(NO_ATTRIBUTES)` for places that cannot hold any */
  readonly attributes?: fc.Arbitrary<Attributes>;
  /** @default up to 64 bytes of anything */
  readonly contents?: fc.Arbitrary<Uint8Array>;
}

/** A whole folder: what is in it, down to `maxDepth`; the same content and empty folders come up often. */
export function anyFolder(options: FolderOptions = {}): fc.Arbitrary<readonly Member[]> {
  const { maxDepth = 3, maxMembers = 5, names = anyName(), attributes = anyAttributes() } = options;
  const { contents = fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.constant(encodeText('same\n'))) } =
    options;
  const file = fc.record<FileMember>({
    kind: fc.constantFrom('file', 'executable'),
    name: names,
    content: contents,
    attributes,
  });
  const target = anyAwkwardBytes(6)
    .map((bytes) => bytes.filter((byte) => byte !== 0))
    .filter((bytes) => bytes.length > 0);
  const symlink = fc.record<SymlinkMember>({ kind: fc.constant('symlink'), name: names, target, attributes });
  let members: fc.Arbitrary<Member[]> = anyNamed<Member>(fc.oneof(file, symlink), maxMembers);
  for (let depth = 1; depth < maxDepth; depth++) {
    const folder = fc.record<FolderMember>({ kind: fc.constant('folder'), name: names, members, attributes });
    const member = fc.oneof(
      { weight: 5, arbitrary: file },
      { weight: 1, arbitrary: symlink },
      { weight: 3, arbitrary: folder },
    );
    members = anyNamed<Member>(member, maxMembers);
  }
  return members;
}

/** Arrays of `item` in which every name stands once, in byte order. */
function anyNamed<Item extends { readonly name: Uint8Array }>(
  item: fc.Arbitrary<Item>,
  maxLength: number,
): fc.Arbitrary<Item[]> {
  return fc
    .uniqueArray(item, { maxLength, selector: ({ name }) => toByteString(name) })
    .map((items) => [...items].sort((left, right) => compareBytes(left.name, right.name)));
}

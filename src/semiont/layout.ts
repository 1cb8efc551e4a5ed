/**
 * Layouts of files that hold representations, each a table of paths below one folder:
 *
 *   seed  representations/<s>/<t>/sha256-<c>.dat        s, t: the halves of the checksum's shard
 *   v0    documents/<s>/<t>/<document>.dat              s, t: the halves of the document's shard
 *   v1    representations/<m>/<a>/<b>/rep-<c>.dat       m: the media type, each `/` written `~1`
 *   v2    representations/<m>/<a>/<b>/rep-<c><x>        x: the extension of the media type
 *   v3    representations/<m>/<a>/<b>/rep-<c><x>        m: the media type without parameters
 *
 * c is the checksum, 64 hex digits, and a and b are the first four of them. A file is the content and nothing else.
 */
import { encodeText } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { hexOf, type ObjectId, objectIdFromHex } from '../hash/object-id.ts';
import { findNameFault } from '../object/tree-entry.ts';
import { parseChecksum } from './checksum.ts';
import { baseTypeOf, extensionOf } from './file-extension.ts';
import type { RepresentationMetadata } from './metadata.ts';
import type { StoredRepresentation } from './record.ts';
import { checksumShard, nameShard } from './shard.ts';

/** What the path of a file says of its content. */
export interface PathClaim extends Partial<RepresentationMetadata> {
  /** `undefined` where the layout names files by something else. */
  readonly id?: ObjectId;
}

export interface Layout {
  readonly name: string;
  /** The one folder that all its files are below. */
  readonly folder: 'representations' | 'documents';
  /** The names that lead to a representation; `undefined` where the layout has no place for it. */
  readonly pathOf: (
    representation: Pick<StoredRepresentation, 'checksum'> & RepresentationMetadata,
  ) => string[] | undefined;
  /** What names say, wherever the shard leads; `undefined` for what is no file of this layout. */
  readonly claimOf: (names: readonly string[]) => PathClaim | undefined;
}

const SEED_FILE = /^sha256-([0-9a-f]{64})\.dat$/;
const DOCUMENT_FILE = /^(.+)\.dat$/s;
const REP_FILE = /^rep-([0-9a-f]{64})(?:\.\w+)?$/;
const HALF = /^[0-9a-f]{2}$/;

const seed: Layout = {
  name: 'seed',
  folder: 'representations',
  pathOf: ({ checksum }) => {
    const id = parseChecksum(checksum);
    return ['representations', ...halvesOf(checksumShard(id)), `sha256-${hexOf(id)}.dat`];
  },
  claimOf: ([top, high = '', low = '', file = '', ...rest]) => {
    const hex = SEED_FILE.exec(file)?.[1];
    if (top !== 'representations' || hex === undefined || rest.length > 0) return undefined;
    return areHalves(high, low) ? { id: objectIdFromHex(hex) } : undefined;
  },
};

const v0: Layout = {
  name: 'v0',
  folder: 'documents',
  pathOf: ({ resource }) =>
    resource === undefined
      ? undefined
      : fitting(['documents', ...halvesOf(nameShard(resource)), `${resource}.dat`]),
  claimOf: ([top, high = '', low = '', file = '', ...rest]) => {
    const resource = DOCUMENT_FILE.exec(file)?.[1];
    if (top !== 'documents' || resource === undefined || rest.length > 0) return undefined;
    return areHalves(high, low) ? { resource } : undefined;
  },
};

/** Of the layouts that have a folder for each media type. */
function typedLayout(
  name: string,
  { typeOf, endingOf }: Readonly<Record<'typeOf' | 'endingOf', (mediaType: string) => string>>,
): Layout {
  return {
    name,
    folder: 'representations',
    pathOf: ({ checksum, mediaType }) => {
      const hex = hexOf(parseChecksum(checksum));
      const folder = typeOf(mediaType).replaceAll('/', '~1');
      return fitting(['representations', folder, ...halvesOf(hex), `rep-${hex}${endingOf(mediaType)}`]);
    },
    claimOf: ([top, type = '', high = '', low = '', file = '', ...rest]) => {
      const hex = REP_FILE.exec(file)?.[1];
      if (top !== 'representations' || hex === undefined || rest.length > 0) return undefined;
      return areHalves(high, low)
        ? { id: objectIdFromHex(hex), mediaType: type.replaceAll('~1', '/') }
        : undefined;
    },
  };
}

/** Every layout, the newest first. */
export const LAYOUTS: readonly Layout[] = [
  typedLayout('v3', { typeOf: baseTypeOf, endingOf: extensionOf }),
  typedLayout('v2', { typeOf: (mediaType) => mediaType, endingOf: extensionOf }),
  typedLayout('v1', { typeOf: (mediaType) => mediaType, endingOf: () => '.dat' }),
  seed,
  v0,
];

/** @throws InvalidInputError `LAYOUT_UNKNOWN` */
export function parseLayout(name: string): Layout {
  const layout = LAYOUTS.find((candidate) => candidate.name === name);
  if (layout !== undefined) return layout;
  throw new InvalidInputError('LAYOUT_UNKNOWN', `unknown layout '${name.slice(0, 80)}'`, {
    hint: `choose one of ${LAYOUTS.map((known) => known.name)
      .toSorted()
      .join(', ')}`,
  });
}

function halvesOf(digits: string): [string, string] {
  return [digits.slice(0, 2), digits.slice(2, 4)];
}

function areHalves(high: string, low: string): boolean {
  return HALF.test(high) && HALF.test(low);
}

/** Names that come from elsewhere are names of files only where they can be. */
function fitting(names: string[]): string[] | undefined {
  return names.every((name) => findNameFault(encodeText(name)) === undefined) ? names : undefined;
}

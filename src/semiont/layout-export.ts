/** Representations as the files of a layout: a view of them, to be written to a folder like any other. */
import { encodeText } from '../bytes/text.ts';
import { NO_ATTRIBUTES } from '../object/attributes.ts';
import { rehearsalStore } from '../odb/rehearsal-store.ts';
import { TreeBuilder } from '../tree/builder.ts';
import { openView, type View } from '../view/view.ts';
import { parseChecksum } from './checksum.ts';
import { parseLayout } from './layout.ts';
import { METADATA_KEYS, type RepresentationMetadata, UNKNOWN_MEDIA_TYPE } from './metadata.ts';
import { findRecord, type StoredRepresentation } from './record.ts';

/** A representation that is not among the files, and why. */
export interface LeftOut {
  readonly representation: StoredRepresentation;
  /** `unplaced`: the layout has no path for it. `outdated`: a later one has its path. */
  readonly reason: 'unplaced' | 'outdated';
}

/** What an export is going to write, and what gets lost by it. */
export interface LayoutExport {
  /** The files. Nothing of it is stored. */
  readonly view: View;
  readonly files: number;
  readonly leftOut: readonly LeftOut[];
  /** Of how many representations that are there the layout cannot say this. `created` it never can. */
  readonly unsaid: Readonly<Record<keyof RepresentationMetadata, number>>;
}

type Files = ReadonlyMap<string, StoredRepresentation>;

/**
 * The representations of a set as files of a layout.
 *
 * @param view of the label `representations`, or of any set that has records as that one has
 * @param layout `seed`, `v0`, `v1`, `v2` or `v3`
 * @throws InvalidInputError `LAYOUT_UNKNOWN` @throws as walks of the view
 */
export async function exportLayout(view: View, layout: string): Promise<LayoutExport> {
  const target = parseLayout(layout);
  const files = new Map<string, StoredRepresentation>();
  const leftOut: LeftOut[] = [];
  const unsaid = { mediaType: 0, language: 0, rel: 0, resource: 0 };
  for await (const walked of view.entries()) {
    const representation = findRecord(walked);
    if (representation === undefined) continue;
    const names = target.pathOf(representation);
    if (names === undefined) leftOut.push({ representation, reason: 'unplaced' });
    else {
      countUnsaid(unsaid, representation, target.claimOf(names) ?? {});
      place(files, names.join('/'), { representation, leftOut });
    }
  }
  return { view: await viewOf(view, files), files: files.size, leftOut, unsaid };
}

/** Where two of different content have one path, as versions of a document have, the later one is written. */
function place(
  files: Map<string, StoredRepresentation>,
  path: string,
  { representation, leftOut }: { readonly representation: StoredRepresentation; readonly leftOut: LeftOut[] },
): void {
  const other = files.get(path);
  const isLater = other === undefined || other.created <= representation.created;
  if (isLater) files.set(path, representation);
  if (other === undefined || other.checksum === representation.checksum) return;
  leftOut.push({ representation: isLater ? other : representation, reason: 'outdated' });
}

function countUnsaid(
  unsaid: Record<keyof RepresentationMetadata, number>,
  representation: RepresentationMetadata,
  claim: Partial<RepresentationMetadata>,
): void {
  for (const key of METADATA_KEYS) {
    const value = representation[key];
    const isNothing = value === undefined || (key === 'mediaType' && value === UNKNOWN_MEDIA_TYPE);
    if (!isNothing && claim[key] !== value) unsaid[key]++;
  }
}

async function viewOf({ objects, timeSeconds }: View, files: Files): Promise<View> {
  const builder = new TreeBuilder();
  for (const [path, { checksum, size }] of files) {
    const leaf = {
      kind: 'file',
      id: parseChecksum(checksum),
      sizeBytes: size,
      attributes: NO_ATTRIBUTES,
    } as const;
    builder.add(path.split('/').map(encodeText), leaf);
  }
  const trees = rehearsalStore(objects);
  const { id: treeId } = await builder.write(trees);
  return openView(trees, { treeId, timeSeconds });
}

/**
 * What a label names: a set with a file for each reference, whose name is the hash, and whose attribute `order` says
 * where it stands, 1 for the first.
 */
import type { Store } from '../api/store.ts';
import { decodeText, encodeText } from '../bytes/text.ts';
import { RefusedError } from '../errors/errors.ts';
import type { ObjectId } from '../hash/object-id.ts';
import type { LabelName } from '../label/name.ts';
import type { TreeEntry } from '../object/tree-entry.ts';
import { objectNotFound } from '../odb/read-object.ts';
import type { CommitSource } from '../store/commit-source.ts';
import { TreeBuilder } from '../tree/builder.ts';
import { ContentRef, isContentHash } from './content-ref.ts';

/** A content that a label names. */
export interface LabelledContent {
  readonly ref: ContentRef;
  readonly id: ObjectId;
  readonly sizeBytes: number;
}

/** What a label named when it was read. */
export interface LabelSet {
  /** The snapshot that the label was at; `undefined` where there was no label. */
  readonly at: ObjectId | undefined;
  /** In the order in which they came to the label. */
  readonly members: readonly OrderedContent[];
}

/** A content of a label, and where it stands there. */
export interface OrderedContent extends LabelledContent {
  /** 1 or more; 0 where nobody said. */
  readonly order: number;
}

const ORDER = /^[1-9][0-9]{0,14}$/;

/** @throws RefusedError `LABEL_NOT_CONTENT` where the label names something else */
export async function readLabelSet(store: Store, name: LabelName): Promise<LabelSet> {
  const label = await store.labels.get(name);
  if (label === undefined) return { at: undefined, members: [] };
  const view = await store.view(label.id);
  const members: OrderedContent[] = [];
  for await (const { entry } of view.entries()) members.push(memberOf(entry, name));
  members.sort((left, right) => left.order - right.order);
  return { at: label.id, members };
}

function memberOf({ name, kind, id, sizeBytes, attributes }: TreeEntry, label: LabelName): OrderedContent {
  const hash = decodeText(name) ?? '';
  if (kind !== 'file' || !isContentHash(hash)) {
    throw new RefusedError('LABEL_NOT_CONTENT', `label '${label}' names no contents by their hashes`, {
      hint: `see 'cas ls ${label}', and use another label`,
    });
  }
  const order = attributes.get('order') ?? '';
  return { ref: new ContentRef(hash), id, sizeBytes, order: ORDER.test(order) ? Number(order) : 0 };
}

/** `members` and one more behind them. */
export function withMember(members: readonly OrderedContent[], added: LabelledContent): OrderedContent[] {
  return [...members, { ...added, order: (members.at(-1)?.order ?? 0) + 1 }];
}

/** Contents in this order, none twice. */
export function inOrder(contents: readonly LabelledContent[]): OrderedContent[] {
  return contents.map((content, at) => ({ ...content, order: at + 1 }));
}

/** How a set of contents is committed. */
export interface ContentsOptions {
  /** For the label log. */
  readonly name: string;
  /** What the label has already, and so keeps. @default nothing */
  readonly kept?: readonly OrderedContent[];
}

/** The set of these contents, to be committed. @throws NotFoundError `OBJECT_NOT_FOUND`, from the commit, for one that is gone */
export function fromContents(members: readonly OrderedContent[], options: ContentsOptions): CommitSource {
  const { name, kept = [] } = options;
  const keptIds = new Set(kept.map(({ id }) => id));
  return {
    name,
    write: async ({ objects }) => {
      const tree = new TreeBuilder();
      for (const { ref, id, sizeBytes, order } of members) {
        if (!keptIds.has(id) && !(await objects.freshen(id))) throw objectNotFound(id);
        const attributes = new Map(order === 0 ? [] : [['order', `${order}`]]);
        tree.add([encodeText(ref.hash)], { kind: 'file', id, sizeBytes, attributes });
      }
      return { root: await tree.write(objects), entries: members.length, skipped: [] };
    },
  };
}

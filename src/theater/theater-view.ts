/** A ContentStore as Theater would have laid it out: a view, to be written to a folder or packed as any other. */
import { decodeText, encodeText } from '../bytes/text.ts';
import { InvalidInputError, RefusedError } from '../errors/errors.ts';
import { NO_ATTRIBUTES } from '../object/attributes.ts';
import { parsePath } from '../object/tree-entry.ts';
import type { ObjectWriter } from '../odb/object-store.ts';
import type { CommitContents, CommitTarget } from '../store/commit-source.ts';
import { TreeBuilder } from '../tree/builder.ts';
import type { View } from '../view/view.ts';
import { listContents } from './content-index.ts';
import type { ContentStore } from './content-store.ts';
import { encodeLabelFile, type LabelLayout } from './label-file.ts';
import { type LabelledContent, readLabelSet } from './label-set.ts';
import { escapeLabel } from './label-text.ts';
import { type LayoutProblem, type LayoutProblemKind, problemOf } from './layout-problem.ts';

/** How a store is laid out. */
export interface TheaterViewOptions {
  /** @default 'list', in which nothing is lost */
  readonly layout?: LabelLayout;
}

/** A store as files, and what has no place among them. */
export interface TheaterView {
  /** `data/<hash>` and `labels/<label>`. */
  readonly view: View;
  readonly contents: number;
  readonly labels: number;
  readonly problems: readonly LayoutProblem[];
}

/**
 * All that the store holds now: every content, labelled or not, and every label that Theater can have. The same makes the
 * same view, with no time.
 *
 * @param contents open, and so until all of the view was read
 */
export async function viewAsTheater(
  contents: ContentStore,
  options: TheaterViewOptions = {},
): Promise<TheaterView> {
  const { layout = 'list' } = options;
  const drawing = new Drawing(contents, layout);
  const view = await contents.database.preview({
    name: contents.id,
    write: (target) => drawing.write(target),
  });
  return { view, ...drawing.summary };
}

class Drawing {
  readonly #contents: ContentStore;
  readonly #layout: LabelLayout;
  readonly #tree = new TreeBuilder();
  readonly #hashes = new Set<string>();
  readonly #problems: LayoutProblem[] = [];
  #labels = 0;

  constructor(contents: ContentStore, layout: LabelLayout) {
    this.#contents = contents;
    this.#layout = layout;
  }

  get summary(): Omit<TheaterView, 'view'> {
    return { contents: this.#hashes.size, labels: this.#labels, problems: this.#problems };
  }

  async write({ objects, signal }: CommitTarget): Promise<CommitContents> {
    for (const name of ['data', 'labels']) this.#tree.addFolder([encodeText(name)]);
    await this.#addContents();
    for (const label of await this.#contents.listLabels()) {
      signal?.throwIfAborted();
      await this.#addLabel(label, objects);
    }
    const root = await this.#tree.write(objects);
    return { root, entries: this.#hashes.size + this.#labels, skipped: [] };
  }

  /** Those of one hash follow each other: what has a second is left out with it. */
  async #addContents(): Promise<void> {
    let last: LabelledContent[] = [];
    for await (const content of listContents(this.#contents.database)) {
      if (last[0]?.ref.equals(content.ref) ?? false) last.push(content);
      else {
        this.#addContent(last);
        last = [content];
      }
    }
    this.#addContent(last);
  }

  #addContent(ofOneHash: readonly LabelledContent[]): void {
    const [content] = ofOneHash;
    if (content === undefined) return;
    const names = ['data', content.ref.hash].map(encodeText);
    if (ofOneHash.length > 1) {
      this.#note(
        'ambiguous',
        names.map(decodeText).join('/'),
        `is left out: ${ofOneHash.length} contents have this hash`,
      );
      return;
    }
    const { id, sizeBytes } = content;
    this.#tree.add(names, { kind: 'file', id, sizeBytes, attributes: NO_ATTRIBUTES });
    this.#hashes.add(content.ref.hash);
  }

  async #addLabel(label: string, objects: ObjectWriter): Promise<void> {
    const path = `labels/${label}`;
    const names = findPath(label);
    if (names === undefined)
      return this.#note('label-invalid', path, 'is left out: a file cannot have that path');
    const members = await this.#membersOf(label);
    if (members === undefined) return this.#note('label-invalid', path, 'is left out: it names no contents');
    const refs = members.map(({ ref }) => ref).filter(({ hash }) => this.#hashes.has(hash));
    if (refs.length < members.length) this.#note('label-dangling', path, 'names content that is not there');
    if (refs.length === 0) return undefined;
    if (refs.length > 1 && this.#layout === 'single')
      this.#note('label-cut', path, `has ${refs.length} contents: only the newest was taken`);
    const bytes = encodeLabelFile(refs, this.#layout);
    const id = await objects.put('content', bytes);
    const leaf = { kind: 'file', id, sizeBytes: bytes.length, attributes: NO_ATTRIBUTES } as const;
    this.#tree.add([encodeText('labels'), ...names], leaf);
    this.#labels++;
  }

  /** `undefined` for a label that no ContentStore made. */
  async #membersOf(label: string): Promise<readonly LabelledContent[] | undefined> {
    try {
      return (await readLabelSet(this.#contents.database, escapeLabel(label))).members;
    } catch (error) {
      if (error instanceof RefusedError && error.code === 'LABEL_NOT_CONTENT') return undefined;
      throw error;
    }
  }

  #note(kind: LayoutProblemKind, path: string, what: string): void {
    this.#problems.push(problemOf(kind, encodeText(path), what));
  }
}

/** The path of a label's file, or `undefined` where its text is the path of none, or of another. */
function findPath(label: string): Uint8Array[] | undefined {
  try {
    const names = parsePath(encodeText(label));
    return names.map(decodeText).join('/') === label ? names : undefined;
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined;
    throw error;
  }
}

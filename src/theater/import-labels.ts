/** Reads the labels of a store in Theater's layout, as what they are to name here. */
import { decodeText, encodeText } from '../bytes/text.ts';
import { CasError, InvalidInputError, RefusedError, SystemError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { LabelName } from '../label/name.ts';
import { NameIndex } from '../label/name-clash.ts';
import { STORE_FOLDER } from '../store/layout.ts';
import { joinPath } from '../tree/walk.ts';
import { isAmbiguous } from './content-index.ts';
import type { ContentRef } from './content-ref.ts';
import { decodeLabelFile, type LabelFile, MAX_LABEL_FILE_BYTES } from './label-file.ts';
import { inOrder, type LabelledContent, type OrderedContent } from './label-set.ts';
import { escapeLabel } from './label-text.ts';
import { type LaidOut, listBeside, listLabelFiles, type TheaterFolder } from './layout.ts';
import { type LayoutProblem, type LayoutProblemKind, problemOf } from './layout-problem.ts';

/** A label that is to be made. */
export interface LabelToImport {
  /** As Theater had it. */
  readonly text: string;
  readonly name: LabelName;
  /** At least one. */
  readonly members: readonly OrderedContent[];
}

/** Where labels are read, and what there is for them to name. */
export interface LabelsOrigin {
  readonly files: FileSystem;
  readonly folder: TheaterFolder;
  /** The labels that are there already. */
  readonly taken: Iterable<LabelName>;
  readonly find: (ref: ContentRef) => Promise<LabelledContent | undefined>;
}

/** Every label that names anything; adds to `problems` what is wrong with them and with others. */
export async function readLabels(origin: LabelsOrigin, problems: LayoutProblem[]): Promise<LabelToImport[]> {
  const reader = new LabelsReader(origin, problems);
  return [...(await reader.readInside()), ...(await reader.readBeside())];
}

class LabelsReader {
  readonly #origin: LabelsOrigin;
  readonly #problems: LayoutProblem[];
  readonly #names = new NameIndex();

  constructor(origin: LabelsOrigin, problems: LayoutProblem[]) {
    this.#origin = origin;
    this.#problems = problems;
    for (const name of origin.taken) this.#names.add(name);
  }

  async readInside(): Promise<LabelToImport[]> {
    const labels: LabelToImport[] = [];
    for (const found of await listLabelFiles(this.#origin.files, this.#origin.folder)) {
      const file = await this.#readFile(found);
      const label = file && (await this.#labelOf(found, file));
      if (label !== undefined) labels.push(label);
    }
    return labels;
  }

  /** Files beside `labels` that are label files all the same: Theater wrote a label `../x` there. */
  async readBeside(): Promise<LabelToImport[]> {
    const labels: LabelToImport[] = [];
    for (const found of await listBeside(this.#origin.files, this.#origin.folder)) {
      if (decodeText(found.name) === STORE_FOLDER) continue;
      const file = found.kind === 'file' ? await this.#readFile(found) : undefined;
      if (file === undefined || file.faults.length > 0)
        this.#note('stray', found, 'is no part of a store: left out');
      else {
        const label = await this.#labelOf({ ...found, name: joinPath(encodeText('..'), found.name) }, file);
        if (label === undefined) continue;
        this.#note('label-outside', found, `lies outside of labels: taken as the label '${label.text}'`);
        labels.push(label);
      }
    }
    return labels;
  }

  async #readFile(found: LaidOut): Promise<LabelFile | undefined> {
    const { files, folder } = this.#origin;
    try {
      const bytes = await files.readFile(joinPath(folder.path, found.path), MAX_LABEL_FILE_BYTES);
      return bytes && decodeLabelFile(bytes);
    } catch (error) {
      if (!(error instanceof SystemError) && !(error instanceof RefusedError)) throw error;
      const kind = error.code === 'NOT_A_FILE' ? 'not-a-file' : 'unreadable';
      this.#note(kind, found, `is left out: ${error.message}`);
      return undefined;
    }
  }

  async #labelOf(found: LaidOut, file: LabelFile): Promise<LabelToImport | undefined> {
    for (const fault of file.faults) this.#note('label-damaged', found, fault);
    const name = this.#nameOf(found);
    const contents: LabelledContent[] = [];
    for (const ref of file.refs) {
      const content = await this.#contentOf(ref, found);
      if (content !== undefined) contents.push(content);
    }
    if (name === undefined || contents.length === 0) return undefined;
    return { ...name, members: inOrder(contents) };
  }

  async #contentOf(ref: ContentRef, found: LaidOut): Promise<LabelledContent | undefined> {
    try {
      const content = await this.#origin.find(ref);
      if (content === undefined) this.#note('label-dangling', found, `names ${ref.hash}, which is not there`);
      return content;
    } catch (error) {
      if (!isAmbiguous(error)) throw error;
      this.#note('ambiguous', found, `names ${ref.hash}, which two contents have`);
      return undefined;
    }
  }

  /** `undefined` where no label can have that name. */
  #nameOf(found: LaidOut): Pick<LabelToImport, 'text' | 'name'> | undefined {
    const text = decodeText(found.name);
    try {
      if (text === undefined) throw new InvalidInputError('LABEL_NAME_INVALID', 'its name is not text');
      const name = escapeLabel(text);
      this.#names.checkJoining([name], []);
      this.#names.add(name);
      return { text, name };
    } catch (error) {
      if (!(error instanceof CasError)) throw error;
      this.#note('label-invalid', found, `is left out: ${error.message}`);
      return undefined;
    }
  }

  #note(kind: LayoutProblemKind, { path }: LaidOut, what: string): void {
    this.#problems.push(problemOf(kind, path, what));
  }
}

/** caskit for those who come from Theater: its ContentStore, and its layout of files, over stores of this library. */
export { ContentRef, type ContentRefJson } from './theater/content-ref.ts';
export { ContentStore, DEFAULT_BASE_PATH, type NamedStoreOptions } from './theater/content-store.ts';
export {
  importTheater,
  QUARANTINE_LABEL,
  type TheaterImport,
  type TheaterImportOptions,
} from './theater/import-store.ts';
export type { LabelLayout } from './theater/label-file.ts';
export { escapeLabel, findLabelText } from './theater/label-text.ts';
export { findTheaterFolders, type TheaterFolder } from './theater/layout.ts';
export type { LayoutProblem, LayoutProblemKind } from './theater/layout-problem.ts';
export {
  formatReference,
  type HashReference,
  type LabelReference,
  parseReference,
  type Reference,
} from './theater/reference.ts';
export { type TheaterView, type TheaterViewOptions, viewAsTheater } from './theater/theater-view.ts';

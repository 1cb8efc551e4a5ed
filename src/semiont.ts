/** caskit for programs that keep representations of resources: what they use, and nothing else. */
export {
  FilesystemRepresentationStore,
  type FilesystemRepresentationStoreOptions,
} from './semiont/filesystem-representation-store.ts';
export { exportLayout, type LayoutExport, type LeftOut } from './semiont/layout-export.ts';
export {
  importLayout,
  type LayoutImportOptions,
  type LayoutImportResult,
} from './semiont/layout-import.ts';
export type { ImportFinding } from './semiont/layout-scan.ts';
export type { RepresentationMetadata } from './semiont/metadata.ts';
export type { StoredRepresentation } from './semiont/record.ts';
export type {
  DeleteOptions,
  RepresentationStore,
  RepresentationToStore,
} from './semiont/representation-store.ts';
export type {
  DescribedRepresentation,
  DescriptorOptions,
  ResourceDescriptor,
} from './semiont/resource-descriptor.ts';

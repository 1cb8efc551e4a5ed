/** How one import writes what is put into it. */
import type { ObjectId } from '../hash/object-id.ts';
import type { ChunkingOptions } from './chunked-content.ts';
import type { IntakePackOptions } from './intake-pack.ts';

/** What is larger is stored as a list of chunks, so that every other entry can be held in memory whole. */
export const MAX_WHOLE_BYTES: number = 64 * 2 ** 20;

export interface IntakeOptions extends IntakePackOptions, ChunkingOptions {
  /** Content over so many bytes is stored as a list of chunks; at most {@link MAX_WHOLE_BYTES}. @default that */
  readonly chunkThreshold?: number;
  /** A quick look into the target, which may miss what is being moved: it is then stored once more. @default `has` */
  readonly holds?: (id: ObjectId) => Promise<boolean>;
  /** The same without waiting; `undefined` where one has to wait. @default always */
  readonly holdsNow?: (id: ObjectId) => boolean | undefined;
  /** Called when a pack was published. */
  readonly onPack?: () => Promise<void>;
}

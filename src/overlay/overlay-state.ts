/** What all calls of one overlay share. */
import type { ViewState } from '../vfs/view-state.ts';

export interface OverlayState extends ViewState {
  /** Of the next entry that is made: what was stored has inodes of its path, far above. */
  nextInode: number;
}

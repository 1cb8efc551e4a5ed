/** What who asks may see and change of a store. */
import type { LabelName } from '../label/name.ts';

export interface Rights {
  readonly mayRead: (name: LabelName) => boolean;
  readonly mayWrite: (name: LabelName) => boolean;
  /**
   * What may be reached. `labels`: only what the labels reach that may be read, and what who asks has sent, whichever
   * ids are named. `store`: every object.
   */
  readonly reach: 'labels' | 'store';
}

/** Of who may open the store's folder anyway. */
export const ALL_RIGHTS: Rights = { mayRead: () => true, mayWrite: () => true, reach: 'store' };

/** What goes from one store to another, and how it looks before and after. */
import { fromEntries, type Store } from '../../../src/index.ts';
import type { LabelName } from '../../../src/label/name.ts';
import type { Repository } from '../../../src/store/repository.ts';
import { fetchFrom } from '../../../src/sync/fetch.ts';
import type { Peer } from '../../../src/sync/peer.ts';
import { pushTo } from '../../../src/sync/push.ts';
import { noise } from '../../noise.ts';

export interface Transfer {
  readonly name: string;
  /** Into which store something comes. */
  readonly receiver: 'near' | 'far';
  /** Fills both stores, empty at first. */
  prepare(near: Store, far: Store): Promise<void>;
  /** Once, without trying again. */
  run(near: Repository, far: Peer): Promise<void>;
}

const FILES = 90;
const FILE_BYTES = 27_000;
const LABELS = ['a', 'b'] as const;

/** Some 2.4 MB that no compressor makes smaller, a part under each label. */
async function commitMuch(store: Store, seed: number): Promise<void> {
  const next = noise(seed);
  for (const label of LABELS) {
    const entries = Array.from({ length: FILES / LABELS.length }, (_, at) => ({
      path: `d${at % 4}/f${at}`,
      content: Uint8Array.from(next(FILE_BYTES)),
    }));
    await store.commit(label, fromEntries(entries), { timeSeconds: seed });
  }
}

/** What both have, before one of them gets more. */
const START = 1000;
const MORE = 2000;

const fetchAll = (near: Repository, far: Peer): Promise<unknown> =>
  fetchFrom(near, far, { remote: 'far', who: 'near', attempts: 1 });

const pushAll = async (near: Repository, far: Peer): Promise<unknown> => {
  const labels = await near.labels.list();
  const targets = labels
    .filter(({ name }) => (LABELS as readonly string[]).includes(name))
    .map(({ name, id }) => ({ name: name as LabelName, id }));
  return pushTo(near, { peer: far, targets }, { remote: 'far', who: 'near', attempts: 1 });
};

export const TRANSFERS: readonly Transfer[] = [
  {
    name: 'clone',
    receiver: 'near',
    prepare: (_, far) => commitMuch(far, MORE),
    run: async (near, far) => void (await fetchAll(near, far)),
  },
  {
    name: 'push',
    receiver: 'far',
    prepare: (near) => commitMuch(near, MORE),
    run: async (near, far) => void (await pushAll(near, far)),
  },
  {
    name: 'fetch of what is new',
    receiver: 'near',
    prepare: async (near, far) => {
      await commitMuch(near, START);
      await commitMuch(far, START);
      await commitMuch(far, MORE);
    },
    run: async (near, far) => void (await fetchAll(near, far)),
  },
  {
    name: 'push of what is new',
    receiver: 'far',
    prepare: async (near, far) => {
      await commitMuch(near, START);
      await commitMuch(far, START);
      await commitMuch(near, MORE);
    },
    run: async (near, far) => void (await pushAll(near, far)),
  },
];

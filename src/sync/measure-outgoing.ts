/** What a bundle comes to, without a place for it. */

import type { Outgoing } from '../bundle/outgoing.ts';
import type { OutgoingPackOptions } from '../bundle/outgoing-pack.ts';
import { streamBundle } from '../bundle/stream-bundle.ts';
import type { Repository } from '../store/repository.ts';
import type { Measure } from '../wire/measure-document.ts';

/** Makes it, and drops it. */
export async function measureOutgoing(
  repository: Repository,
  outgoing: Outgoing,
  options: OutgoingPackOptions = {},
): Promise<Measure> {
  let bytes = 0;
  for await (const piece of streamBundle(repository, outgoing, options)) bytes += piece.length;
  return { objects: outgoing.count, bytes };
}

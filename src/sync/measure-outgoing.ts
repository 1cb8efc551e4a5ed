/** What a bundle comes to, without a place for it. */
import type { Repository } from '../store/repository.ts';
import type { Measure } from '../wire/measure-document.ts';
import type { Outgoing } from './outgoing.ts';
import type { OutgoingPackOptions } from './outgoing-pack.ts';
import { streamBundle } from './stream-bundle.ts';

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

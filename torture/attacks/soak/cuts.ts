/** Where histories may end. */
import type { ObjectId } from '../../../src/hash/object-id.ts';
import type { DoneThrough } from './effects.ts';
import type { Model } from './model.ts';
import type { Harm } from './operation.ts';

/** What is seen after a step. */
export interface SeenCuts {
  readonly horizon: ReadonlySet<ObjectId>;
  readonly done: readonly DoneThrough[];
  readonly harm: Harm | undefined;
  readonly nowSeconds: number;
}

/** What is wrong with where histories end now, in words: a cut that was undone, or one of what labels keep. */
export function wrongCuts(model: Model, { horizon, done, harm, nowSeconds }: SeenCuts): string | undefined {
  const lasting = harm === undefined ? model.horizon : model.durableHorizon;
  const undone = [...lasting].filter((id) => !horizon.has(id));
  if (undone.length > 0) return `the history of ${undone.join(', ')} is not cut any more`;
  if (done.length > 1 || done[0]?.operation.kind !== 'gc') return undefined;
  const kept = model.kept(nowSeconds);
  const wrong = [...horizon].filter((id) => !model.horizon.has(id) && isWhollyKept(id, kept, model));
  return wrong.length > 0 ? `a collection cut the history of ${wrong.join(', ')}, which is kept` : undefined;
}

function isWhollyKept(id: ObjectId, kept: ReadonlySet<ObjectId>, model: Model): boolean {
  const { parents = [] } = model.snapshots.get(id) ?? {};
  return kept.has(id) && parents.every((parent) => kept.has(parent));
}

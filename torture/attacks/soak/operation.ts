/** What is done to a store, as data: operations, and the steps of a trial that they come in. */
import type { FaultyCall } from '../../../test/fakes/faults.ts';
import type { Loss } from '../../../test/fakes/power-cut.ts';

/** A snapshot: so many before what a label is, or one of those that were ever made, by its number. */
export type At =
  | { readonly kind: 'back'; readonly name: string; readonly generations: number }
  | { readonly kind: 'known'; readonly nth: number };

/** A member of a set. Contents are numbers of the contents that there are. */
export interface Member {
  readonly path: string;
  readonly kind: 'file' | 'executable';
  readonly content: number;
  readonly attributes: Readonly<Record<string, string>>;
}

export type MemberEdit =
  | { readonly verb: 'put'; readonly member: Member }
  | { readonly verb: 'remove'; readonly path: string }
  | {
      readonly verb: 'attributes';
      readonly path: string;
      readonly values: Readonly<Record<string, string | undefined>>;
    };

/** What is said of the label as it is before: that it is not there, what it is, or what it is not. */
export type Expecting = 'none' | 'right' | 'wrong' | 'nothing';

export type LabelAsk = { readonly name: string; readonly expect: Expecting; readonly force: boolean } & (
  | { readonly verb: 'create' | 'move'; readonly at: At }
  | { readonly verb: 'undo' | 'delete' | 'protect' | 'unprotect' }
  | { readonly verb: 'rename'; readonly to: string }
  | { readonly verb: 'keep'; readonly keep: string }
);

export interface CommitAsk {
  readonly name: string;
  readonly members: readonly Member[];
}

export type Operation =
  | { readonly kind: 'put'; readonly content: number; readonly as: 'bytes' | 'stream' }
  | { readonly kind: 'get' | 'has' | 'alias' | 'why'; readonly content: number }
  | { readonly kind: 'read'; readonly content: number; readonly from: number; readonly to: number }
  | { readonly kind: 'get-many'; readonly contents: readonly number[] }
  | { readonly kind: 'flush' | 'list' | 'undelete' | 'maintain' | 'fsck' | 'stats' }
  | ({
      readonly kind: 'commit';
      readonly expect: Expecting;
      readonly force: boolean;
      readonly history: 'kept' | 'none';
    } & CommitAsk)
  | { readonly kind: 'edit'; readonly name: string; readonly edits: readonly MemberEdit[] }
  | {
      readonly kind: 'batch';
      readonly contents: readonly number[];
      readonly commits: readonly CommitAsk[];
      readonly asks: readonly LabelAsk[];
      readonly end: 'done' | 'thrown';
    }
  | { readonly kind: 'labels'; readonly asks: readonly LabelAsk[] }
  | { readonly kind: 'forget'; readonly name: string; readonly keep: string }
  | { readonly kind: 'log' | 'reflog'; readonly name: string }
  | { readonly kind: 'view'; readonly at: At; readonly way: 'entries' | 'tar' | 'memfs' | 'fs' }
  | { readonly kind: 'diff'; readonly before: At; readonly after: At }
  | { readonly kind: 'gc'; readonly graceMs: number | undefined; readonly mode: 'collect' | 'rehearse' }
  | { readonly kind: 'purge'; readonly content: number; readonly force: boolean }
  | { readonly kind: 'repack'; readonly scope: 'geometric' | 'all' }
  | { readonly kind: 'setting'; readonly key: string; readonly text: string };

/** What goes wrong while something is done. */
export type Harm =
  | {
      readonly kind: 'errors';
      readonly errno: string;
      readonly call: FaultyCall | undefined;
      readonly at: number;
      readonly times: 'once' | 'from-then-on';
    }
  | { readonly kind: 'death'; readonly calls: number }
  | { readonly kind: 'cut'; readonly calls: number; readonly loss: Loss };

/** An operation, and through which of the open stores it is done. */
export interface Act {
  readonly handle: number;
  readonly operation: Operation;
}

export type Step =
  /** All at once. */
  | { readonly kind: 'work'; readonly acts: readonly Act[]; readonly harm: Harm | undefined }
  | { readonly kind: 'reopen'; readonly handle: number }
  | { readonly kind: 'clock'; readonly byMs: number }
  /** A bit turns in a pack all of whose objects have another copy. @see rotAndMend */
  | { readonly kind: 'rot'; readonly place: number }
  | { readonly kind: 'look' };

/** A step as a line for people. */
export function formatStep(step: Step): string {
  const { kind, ...rest } = step;
  if (step.kind !== 'work') return `${kind} ${JSON.stringify(rest)}`;
  const acts = step.acts.map(({ handle, operation }) => {
    const { kind: verb, ...how } = operation;
    return `${handle}: ${verb} ${JSON.stringify(how)}`;
  });
  return `${acts.join(' | ')}${step.harm === undefined ? '' : `  [${JSON.stringify(step.harm)}]`}`;
}

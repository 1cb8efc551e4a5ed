/** Changes single members of a label's set, on top of whatever the label is by then. */
import { formatName, parseName } from '../bytes/text.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { labelNotFound } from '../label/edit.ts';
import { type LabelName, parseLabelName } from '../label/name.ts';
import { type Attributes, checkAttributes } from '../object/attributes.ts';
import { parsePath, type TreeEntry } from '../object/tree-entry.ts';
import { editTree, type MemberEdit } from '../tree/edit.ts';
import { readTree } from '../tree/read-tree.ts';
import { type CommitOptions, type CommitResult, commit } from './commit.ts';
import type { CommitContents, CommitSource, CommitTarget, EditSource } from './commit-source.ts';
import type { Repository } from './repository.ts';

/** One change; in a path `%XX` is a byte. */
export type MemberRequest =
  /** Puts the one member that `source` holds, under this path instead of its own name; attributes are added to its own. */
  | {
      readonly verb: 'put';
      readonly path: string;
      readonly source: CommitSource;
      readonly attributes?: Readonly<Record<string, string>>;
    }
  | { readonly verb: 'remove'; readonly path: string }
  /** `undefined` removes an attribute. */
  | {
      readonly verb: 'attributes';
      readonly path: string;
      readonly values: Readonly<Record<string, string | undefined>>;
    };

/**
 * Edits the set of a label; `put` also makes a label that is not there.
 *
 * A commit that gets in between is edited in its turn, unless `expect` says what the label must be.
 *
 * @throws NotFoundError `LABEL_NOT_FOUND`, `PATH_NOT_FOUND` @throws InvalidInputError `PATH_INVALID`, `PATH_CLASH`,
 * `ATTRIBUTE_INVALID`, `ONE_MEMBER_EXPECTED` @throws as `commit`
 */
export async function editSet(
  repository: Repository,
  { label, edits }: { readonly label: string; readonly edits: readonly MemberRequest[] },
  options: CommitOptions = {},
): Promise<CommitResult> {
  return commit(repository, { label, source: editedSet(parseLabelName(label), edits) }, options);
}

/** An edit, and what the source of its member wrote, where it has one. */
interface PreparedEdit extends MemberEdit {
  readonly taken?: CommitContents;
}

function editedSet(label: LabelName, edits: readonly MemberRequest[]): EditSource {
  const hasOwnThreads = edits.some((edit) => edit.verb === 'put' && edit.source.threads === 'own');
  return {
    name: reasonOf(edits),
    threads: hasOwnThreads ? 'own' : 'shared',
    write: async (target) => {
      const prepared: PreparedEdit[] = [];
      for (const request of edits) prepared.push(await prepare(request, target));
      return {
        entries: prepared.length,
        skipped: prepared.flatMap(({ taken }) => taken?.skipped ?? []),
        edit: async (before) => {
          if (before === undefined && edits.some(({ verb }) => verb !== 'put')) throw labelNotFound(label);
          return editTree(target.objects, before, prepared);
        },
        remember: async () => {
          for (const { taken } of prepared) await taken?.remember?.();
        },
      };
    },
  };
}

async function prepare(request: MemberRequest, target: CommitTarget): Promise<PreparedEdit> {
  const names = parsePath(parseName(request.path));
  if (names.length === 0) {
    throw new InvalidInputError('PATH_INVALID', 'the root of a set is no member of it', {
      hint: 'give a path in it',
    });
  }
  switch (request.verb) {
    case 'put': {
      const { member, taken } = await takeMember(request.source, target);
      const attributes = changed(member.attributes, request.attributes ?? {});
      return { names, change: { kind: 'put', member: { ...member, attributes } }, taken };
    }
    case 'remove':
      return { names, change: { kind: 'remove' } };
    case 'attributes':
      return { names, change: { kind: 'attributes', change: (before) => changed(before, request.values) } };
  }
}

async function takeMember(
  source: CommitSource,
  target: CommitTarget,
): Promise<{ readonly member: TreeEntry; readonly taken: CommitContents }> {
  const taken = await source.write(target);
  const [member, second] = await readTree(target.objects, taken.root.id);
  if (member !== undefined && second === undefined) return { member, taken };
  throw new InvalidInputError('ONE_MEMBER_EXPECTED', `'${source.name}' is not one member to put`, {
    hint: 'name one file or folder for each path',
  });
}

function changed(before: Attributes, values: Readonly<Record<string, string | undefined>>): Attributes {
  const after = new Map(before);
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) after.delete(key);
    else after.set(key, value);
  }
  checkAttributes(after);
  return after;
}

function reasonOf(edits: readonly MemberRequest[]): string {
  const [first] = edits;
  if (first === undefined) return 'nothing';
  const rest = edits.length === 1 ? '' : ` and ${edits.length - 1} more`;
  return `${first.verb} ${formatName(parseName(first.path))}${rest}`;
}

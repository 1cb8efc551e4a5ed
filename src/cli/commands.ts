/** All commands, in the order of the help; each is loaded only when it is asked for. */
import type { ListedCommand } from './command.ts';

const START = 'start a store';
const CHANGE = 'put things in';
const LOOK = 'look at versions';
const LABELS = 'work with labels';
const OUT = 'take things out';
const CARRY = 'carry things between stores';
const OBJECTS = 'work with single objects';
const CARE = 'take care of a store';

export const COMMANDS: readonly ListedCommand[] = [
  { name: 'init', group: START, load: async () => (await import('./commands/init.ts')).init },
  { name: 'config', group: START, load: async () => (await import('./commands/config.ts')).config },
  { name: 'tour', group: START, load: async () => (await import('./commands/tour.ts')).tour },
  { name: 'commit', group: CHANGE, load: async () => (await import('./commands/commit.ts')).commit },
  { name: 'add', group: CHANGE, load: async () => (await import('./commands/add.ts')).add },
  {
    name: 'import',
    group: CHANGE,
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  { name: 'rm', group: CHANGE, load: async () => (await import('./commands/rm.ts')).rm },
  { name: 'attr', group: CHANGE, load: async () => (await import('./commands/attr.ts')).attr },
  { name: 'log', group: LOOK, load: async () => (await import('./commands/log.ts')).log },
  { name: 'show', group: LOOK, load: async () => (await import('./commands/show.ts')).show },
  { name: 'ls', group: LOOK, load: async () => (await import('./commands/ls.ts')).ls },
  { name: 'find', group: LOOK, load: async () => (await import('./commands/find.ts')).find },
  { name: 'grep', group: LOOK, load: async () => (await import('./commands/grep.ts')).grep },
  { name: 'du', group: LOOK, load: async () => (await import('./commands/du.ts')).du },
  { name: 'diff', group: LOOK, load: async () => (await import('./commands/diff.ts')).diff },
  { name: 'status', group: LOOK, load: async () => (await import('./commands/status.ts')).status },
  { name: 'verify', group: LOOK, load: async () => (await import('./commands/verify.ts')).verify },
  { name: 'labels', group: LABELS, load: async () => (await import('./commands/labels.ts')).labels },
  { name: 'label', group: LABELS, load: async () => (await import('./commands/label.ts')).label },
  { name: 'reflog', group: LABELS, load: async () => (await import('./commands/reflog.ts')).reflog },
  { name: 'watch', group: LABELS, load: async () => (await import('./commands/watch.ts')).watch },
  { name: 'forget', group: LABELS, load: async () => (await import('./commands/forget.ts')).forget },
  { name: 'export', group: OUT, load: async () => (await import('./commands/export.ts')).exportCommand },
  { name: 'cat', group: OUT, load: async () => (await import('./commands/cat.ts')).cat },
  { name: 'clone', group: CARRY, load: async () => (await import('./commands/clone.ts')).clone },
  { name: 'fetch', group: CARRY, load: async () => (await import('./commands/fetch.ts')).fetch },
  { name: 'pull', group: CARRY, load: async () => (await import('./commands/pull.ts')).pull },
  { name: 'push', group: CARRY, load: async () => (await import('./commands/push.ts')).push },
  { name: 'remote', group: CARRY, load: async () => (await import('./commands/remote.ts')).remote },
  { name: 'bundle', group: CARRY, load: async () => (await import('./commands/bundle.ts')).bundle },
  { name: 'have', group: CARRY, load: async () => (await import('./commands/have.ts')).have },
  { name: 'serve', group: CARRY, load: async () => (await import('./commands/serve.ts')).serve },
  { name: 'put', group: OBJECTS, load: async () => (await import('./commands/put.ts')).put },
  { name: 'hash', group: OBJECTS, load: async () => (await import('./commands/hash.ts')).hash },
  { name: 'resolve', group: OBJECTS, load: async () => (await import('./commands/resolve.ts')).resolve },
  { name: 'alias', group: OBJECTS, load: async () => (await import('./commands/alias.ts')).alias },
  { name: 'why', group: OBJECTS, load: async () => (await import('./commands/why.ts')).why },
  { name: 'git-dir', group: OBJECTS, load: async () => (await import('./commands/git-dir.ts')).gitDir },
  { name: 'gc', group: CARE, load: async () => (await import('./commands/gc.ts')).gc },
  { name: 'undelete', group: CARE, load: async () => (await import('./commands/undelete.ts')).undelete },
  { name: 'purge', group: CARE, load: async () => (await import('./commands/purge.ts')).purge },
  { name: 'fsck', group: CARE, load: async () => (await import('./commands/fsck.ts')).fsck },
  { name: 'repack', group: CARE, load: async () => (await import('./commands/repack.ts')).repack },
  {
    name: 'maintenance',
    group: CARE,
    load: async () => (await import('./commands/maintenance.ts')).maintenance,
  },
  { name: 'stats', group: CARE, load: async () => (await import('./commands/stats.ts')).stats },
  {
    name: 'completion',
    group: CARE,
    load: async () => (await import('./commands/completion.ts')).completion,
  },
];

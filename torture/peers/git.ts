/** git, as it is when nothing is set, and as it is when everything is to be synced. */
import { spawnSync } from 'node:child_process';
import type { Command } from './command.ts';
import type { Place, Subject } from './subject.ts';

const ENV: NodeJS.ProcessEnv = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};
const SYNC_ALL = ['-c', 'core.fsync=all', '-c', 'core.fsyncMethod=fsync'];

/** @param sync what it is told to sync */
export function git(sync: 'as it comes' | 'all'): Subject {
  const settings = ['-c', 'gc.auto=0', ...(sync === 'all' ? SYNC_ALL : [])];
  const say = ({ repository }: Place, ...words: string[]): Command => ({
    words: ['git', ...settings, `--git-dir=${repository}`, ...words],
    env: ENV,
  });
  return {
    name: sync === 'all' ? 'git, core.fsync=all' : 'git',
    missing: () => (spawnSync('git', ['--version']).status === 0 ? undefined : 'git is not installed'),
    version: () => spawnSync('git', ['--version'], { encoding: 'utf8' }).stdout.trim(),
    spareKb: 0,
    contents: /^objects\/pack\/.*\.pack$/u,
    init: ({ repository }) => [
      { words: ['git', ...settings, 'init', '-q', '--bare', '-b', 'main', repository], env: ENV },
    ],
    commit: (place, { folder, number }) => [
      say(place, `--work-tree=${folder}`, 'add', '-A'),
      say(place, `--work-tree=${folder}`, 'commit', '-q', '-m', `version ${number}.`),
    ],
    collect: (place, turn) => [
      turn % 2 === 0 ? say(place, 'repack', '-adq') : say(place, 'gc', '-q', '--prune=now'),
    ],
    giveUp: (place) => [
      ...startAnew(place, say),
      say(place, 'reflog', 'expire', '--expire=now', '--all'),
      say(place, 'gc', '-q', '--prune=now'),
    ],
    check: (place) => [say(place, 'fsck', '--full', '--strict')],
    restore: (place, { number }, into) => {
      const index = { ...ENV, GIT_INDEX_FILE: `${into}.index` };
      const words = [`--work-tree=${into}`, 'checkout', `main^{/^version ${number}\\.}`, '--', '.'];
      return [{ ...say(place, ...words), env: index }];
    },
    unlock: ({ repository }) => [
      { words: ['find', repository, ...leftOver('*.lock', 'packed-refs.new', 'gc.pid'), '-delete'] },
    ],
  };
}

/** What `find` is told of files that nobody takes away, and that are in the way of whoever makes them. */
function leftOver(...names: readonly string[]): string[] {
  return ['(', ...names.flatMap((name, at) => (at === 0 ? ['-name', name] : ['-o', '-name', name])), ')'];
}

/** A branch of the newest version alone, which needs no more than a commit. */
function startAnew(place: Place, say: (place: Place, ...words: string[]) => Command): Command[] {
  const { words } = say(place);
  const script =
    'new=$("$@" commit-tree -m "$("$@" log -1 --format=%s main)" "main^{tree}") && "$@" update-ref refs/heads/main $new';
  return [{ words: ['sh', '-c', script, 'sh', ...words], env: ENV }];
}

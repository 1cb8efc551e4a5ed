/** borg, with a repository in a folder that is not encrypted. */
import { spawnSync } from 'node:child_process';
import type { Command } from './command.ts';
import type { Place, Subject } from './subject.ts';

const say = ({ home }: Place, ...words: string[]): Command => ({
  words: ['borg', ...words],
  env: { BORG_BASE_DIR: home, BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes' },
});

/** Much less than the default of 500 MiB: it wants as much to be free before it tidies up, and disks are small here. */
const SEGMENT_BYTES = 2 ** 20;
/** A segment, and the largest object that there may be, with room for its tables. */
const SPARE_KB = 28_000;

const prune = (place: Place, keep: number): Command[] => [
  say(place, 'prune', '--keep-last', `${keep}`, place.repository),
  say(place, 'compact', place.repository),
];

/** A subject by the command `borg`. */
export const borg: Subject = {
  name: 'borg',
  missing: () => (spawnSync('borg', ['--version']).status === 0 ? undefined : 'borg is not installed'),
  version: () => spawnSync('borg', ['--version'], { encoding: 'utf8' }).stdout.trim(),
  spareKb: SPARE_KB,
  contents: /^data\//u,
  init: (place) => [
    say(place, 'init', '-e', 'none', place.repository),
    say(place, 'config', place.repository, 'max_segment_size', `${SEGMENT_BYTES}`),
  ],
  commit: (place, { folder, number }) => [
    { ...say(place, 'create', `${place.repository}::v${number}`, '.'), folder },
  ],
  collect: (place) => prune(place, 3),
  giveUp: (place) => prune(place, 1),
  check: (place) => [say(place, 'check', '--verify-data', place.repository)],
  restore: (place, { number }, into) => [
    { ...say(place, 'extract', `${place.repository}::v${number}`), folder: into },
  ],
  unlock: (place) => [
    say(place, 'break-lock', place.repository),
    say(place, 'delete', '--cache-only', place.repository),
  ],
};

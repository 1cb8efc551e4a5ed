/** restic, with a repository in a folder. Without its cache: what is on the disk counts. */
import { spawnSync } from 'node:child_process';
import type { Command } from './command.ts';
import type { Place, Subject } from './subject.ts';

const say = ({ repository, home }: Place, ...words: string[]): Command => ({
  words: ['restic', '--no-cache', '-q', '-r', repository, ...words],
  env: { HOME: home, RESTIC_PASSWORD: 'public' },
});

/** A subject by the command `restic`. */
export const restic: Subject = {
  name: 'restic',
  missing: () => (spawnSync('restic', ['version']).status === 0 ? undefined : 'restic is not installed'),
  version: () => spawnSync('restic', ['version'], { encoding: 'utf8' }).stdout.split(' compiled')[0] ?? '',
  spareKb: 0,
  contents: /^data\//u,
  init: (place) => [say(place, 'init')],
  commit: (place, { folder, number }) => [{ ...say(place, 'backup', '--tag', `v${number}`, '.'), folder }],
  collect: (place) => [say(place, 'forget', '--keep-last', '3', '--prune')],
  giveUp: (place) => [say(place, 'forget', '--keep-last', '1', '--prune')],
  check: (place) => [say(place, 'check', '--no-lock', '--read-data')],
  restore: (place, { number }, into) => [
    say(place, 'restore', 'latest', '--tag', `v${number}`, '--target', into),
  ],
  unlock: (place) => [say(place, 'unlock')],
};

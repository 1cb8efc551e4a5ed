/** This project's own command, as it was built, by the very same loop. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Command } from './command.ts';
import type { Place, Subject } from './subject.ts';

/** @param program the built command, `cas.cjs` */
export function caskit(program: string): Subject {
  const run = (...words: string[]): Command => ({ words: [process.execPath, program, '-q', ...words] });
  const say = ({ repository }: Place, ...words: string[]): Command =>
    run('--store', `${repository}/.cas`, ...words);
  return {
    name: 'caskit',
    missing: () => (existsSync(program) ? undefined : "it is not built: 'npm run build' does that"),
    version: () => {
      const { stdout } = spawnSync(process.execPath, [program, '--version'], { encoding: 'utf8' });
      return stdout.trim();
    },
    spareKb: 0,
    contents: /^\.cas\/objects\/pack\/.*\.pack$/u,
    init: ({ repository }) => [{ words: ['mkdir', repository] }, run('init', repository)],
    commit: (place, { folder, number }) => [say(place, 'commit', 'main', folder, '-m', `version ${number}.`)],
    collect: (place, turn) => [
      turn % 2 === 0 ? say(place, 'repack', '--all') : say(place, 'gc', '--grace', 'now'),
    ],
    giveUp: (place) => [
      say(place, 'forget', 'main', '--keep', '0'),
      say(place, 'gc', '--grace', 'now'),
      say(place, 'gc', '--grace', 'now'), // frees what the first took out of the way
    ],
    check: (place) => [say(place, 'fsck')],
    restore: (place, { said }, into) => [
      { ...say(place, 'log', 'main'), mustSay: said },
      say(place, 'export', said, '-o', `${into}/`),
    ],
    unlock: () => [],
  };
}

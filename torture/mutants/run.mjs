/** `npm run mutants`: changes the sources in small ways, one at a time, and says which changes no test notices. */
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOMS } from './rooms.mjs';

/** Fetched when it is needed: it is four times as many packages as everything else here. */
const STRYKER = '@stryker-mutator/core@9.6.1';

const USAGE = `usage: npm run mutants -- [OPTIONS] ROOM...

ROOM is one of ${Object.keys(ROOMS).join(', ')} [default: all, one after the other].

  --share K/N      only one part of N that are about as large: a room has 500 to 2,000 mutants [default: 1/1]
  --only SOURCES   of the room, with commas between them; of lines as 'src/label/edit.ts:40-60'
  --within DIR     where copies and reports go, DIR/ROOM.json [default: ${join(tmpdir(), 'caskit-mutants')}]

What is not in the share is told as an error, and counts for nothing.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    share: { type: 'string', default: '1/1' },
    only: { type: 'string' },
    within: { type: 'string', default: join(tmpdir(), 'caskit-mutants') },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const rooms = positionals.length > 0 ? positionals : Object.keys(ROOMS);
if (values.help || rooms.some((room) => !Object.hasOwn(ROOMS, room))) {
  process.stdout.write(USAGE);
  process.exit(values.help ? 0 : 2);
}
for (const room of rooms) {
  const env = {
    ...process.env,
    MUTANT_ROOM: room,
    MUTANT_SHARE: values.share,
    MUTANT_SCRATCH: values.within,
    ...(values.only !== undefined && { MUTANT_SOURCES: values.only }),
  };
  const config = join(import.meta.dirname, 'stryker.config.mjs');
  const words = ['exec', '--yes', `--package=${STRYKER}`, '--', 'stryker', 'run', config];
  const { status, error } = spawnSync('npm', words, { stdio: 'inherit', env });
  if (error !== undefined) throw error;
  process.exitCode ||= status ?? 1;
}

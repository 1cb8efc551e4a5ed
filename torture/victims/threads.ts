/**
 * Runs several programs, each in a thread of this one process: `node threads JSON`, a list of lists of words, each the
 * path of a program and what it is told. The first that fails ends all.
 */
import { Worker } from 'node:worker_threads';

const programs = JSON.parse(process.argv[2] ?? '[]') as readonly (readonly string[])[];

for (const [program = '', ...argv] of programs) {
  new Worker(program, { argv }).on('error', (error) => {
    process.stderr.write(`${error.stack ?? error.message}\n`);
    process.exit(1);
  });
}

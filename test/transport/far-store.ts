/** `cas serve --stdio DIR`, without the rest of `cas`. */
import { serveStdio } from '../../src/index.ts';

const [folder = ''] = process.argv.slice(4);
await serveStdio(folder, {
  input: process.stdin,
  output: process.stdout,
  who: 'ann',
  logFailure: (line) => process.stderr.write(`${line}\n`),
});

#!/usr/bin/env node
/**
 * The command's first file: plain CommonJS and small, as is what it loads, for node starts that faster than modules.
 * It answers `--version` itself and loads the rest only for what needs it.
 */
const [first] = process.argv.slice(2);
if (first === '--version' || first === '-V') {
  process.stdout.write(`cas ${require('../../package.json').version}\n`);
} else {
  // Built beside this file; what only some commands need lies in it asleep.
  const loader: { loadMain(path: string, load: NodeJS.Require): Main } = require('./load-main.ts');
  void loader.loadMain(require.resolve('./main.cjs'), require).run(process.argv.slice(2)).then(leave);
}

interface Main {
  run(argv: readonly string[]): Promise<void>;
}

/**
 * Ends at once after a success whose output is out, for an engine that is left to end takes its heap apart before.
 * Where a reader is slow, or something is still to be said, it is left to.
 */
function leave(): void {
  const { stdout, stderr, exitCode } = process;
  if (exitCode === 0 && stdout.writableLength + stderr.writableLength === 0) process.exit();
}

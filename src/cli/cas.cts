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
  const main: { run(argv: readonly string[]): Promise<void> } = require('./main.cjs');
  void main.run(process.argv.slice(2));
}

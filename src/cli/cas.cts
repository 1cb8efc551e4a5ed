#!/usr/bin/env node
/**
 * The command's first file: plain CommonJS and small, for node starts it faster than a module. It answers
 * `--version` itself and loads the rest only for what needs it.
 */
const [first] = process.argv.slice(2);
if (first === '--version' || first === '-V') {
  process.stdout.write(`cas ${require('../../package.json').version}\n`);
} else {
  // Replaced by the one built beside this file.
  void import('./main.js' as string).then((main: { run(argv: readonly string[]): Promise<void> }) =>
    main.run(process.argv.slice(2)),
  );
}

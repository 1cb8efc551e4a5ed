/** In place of ssh: reads its words as ssh does, says them on its standard error, and runs the command on this machine. */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

const { positionals, values } = parseArgs({
  options: { T: { type: 'boolean', short: 'T' }, p: { type: 'string', short: 'p' } },
  allowPositionals: true,
});
const [host = '', ...command] = positionals;
if (process.env.FAKE_SSH_TELLS) process.stderr.write(`${JSON.stringify({ ...values, host, command })}\n`);
if (host === 'nowhere') {
  process.stderr.write('ssh: Could not resolve hostname nowhere: Name or service not known\r\n');
  process.exit(255);
}
/** Whatever it starts ends with it. */
const child = spawn('/bin/sh', ['-c', command.join(' ')], { stdio: 'inherit', detached: true });
child.on('exit', (status) => process.exit(status ?? 1));
process.on('SIGTERM', () => process.kill(-(child.pid ?? 0), 'SIGKILL'));

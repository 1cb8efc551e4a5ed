/**
 * A line to a server of this machine: what comes is passed on as it is, and counted.
 *
 * `node counted-line.mjs PORT` prints its address; then `open` for every connection, and when that is closed the
 * bytes that went over it, both directions together.
 */
import { writeSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';

const HERE = '127.0.0.1';
const port = Number(process.argv[2]);

const say = (/** @type {string | number} */ word) => writeSync(1, `${word}\n`); // at once: somebody waits for it

const line = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
  say('open');
  near.once('close', () => say(near.bytesRead + near.bytesWritten));
  const far = connect({ host: HERE, port, noDelay: true, allowHalfOpen: true });
  pipeline(near, far, near, () => {}); // who breaks off is told by the one who was spoken to
});
line.listen(0, HERE, () => {
  const address = line.address();
  if (address !== null && typeof address === 'object') say(`http://${HERE}:${address.port}`);
});

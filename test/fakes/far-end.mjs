/** In place of `cas serve --stdio PATH`: answers or misbehaves as the path says. */
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { Duplex } from 'node:stream';

const labels = 'cas-labels 1\n\n';
const digest = `sha-256=:${createHash('sha256').update(labels).digest('base64')}:`;

function serve() {
  const server = createServer((_, response) => {
    response
      .writeHead(200, { 'Content-Type': 'application/x-cas-labels', 'Content-Digest': digest })
      .end(labels);
  });
  server.emit('connection', Duplex.from({ readable: process.stdin, writable: process.stdout }));
}

const MANNERS = {
  sound: serve,
  complaining() {
    process.stderr.write(`one\r\n\n\x1b[2Jtwo\n${'x'.repeat(2500)}`);
    serve();
  },
  greeting() {
    process.stdout.write('Welcome to this machine\n');
    serve();
  },
  'greeting for ever'() {
    const more = () => {
      while (process.stdout.write('\n'.repeat(100_000)));
    };
    process.stdout.on('drain', more).on('error', () => process.exit());
    more();
  },
  dying() {
    process.stderr.write("cas: no store there\nhint: make one with 'cas init'\n");
    process.exitCode = 5;
  },
  'complaining for ever'() {
    for (;;) writeSync(2, 'x'.repeat(100_000));
  },
  silent() {
    setInterval(() => {}, 1000);
  },
  'closing its mouth'() {
    process.stdin.resume();
    process.stdout.end();
    setInterval(() => {}, 1000);
  },
  'closing its ears'() {
    process.stdin.destroy();
    setInterval(() => {}, 1000);
  },
  'once only'() {
    process.stdin.once('data', () => {
      process.stdout.write(
        `HTTP/1.1 200 OK\r\nContent-Type: application/x-cas-labels\r\nContent-Digest: ${digest}\r\nContent-Length: ${labels.length}\r\n\r\n${labels}`,
        () => process.exit(),
      );
    });
  },
};

const [serves, stdio, path = ''] = process.argv.slice(2);
if (`${serves} ${stdio}` !== 'serve --stdio') throw new Error('nobody asks so');
(new Map(Object.entries(MANNERS)).get(path) ?? serve)();

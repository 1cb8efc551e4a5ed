/**
 * git's own server, `git http-backend`, and somebody to listen for it: it is started anew for each request.
 *
 * `node git-http.mjs REPOSITORY` prints its address, and serves until it is ended; whoever asks may push. What the two
 * say to each other is CGI (RFC 3875), with what git-http-backend(1) adds.
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';

const HERE = '127.0.0.1';
const repository = process.argv[2] ?? '';

/** @param {import('node:http').IncomingMessage} request */
function variablesOf({ method = '', url = '', headers }) {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  return {
    GIT_PROJECT_ROOT: repository,
    GIT_HTTP_EXPORT_ALL: '1',
    REMOTE_USER: 'bench', // only who has a name may push
    REMOTE_ADDR: HERE,
    REQUEST_METHOD: method,
    PATH_INFO: pathname,
    QUERY_STRING: searchParams.toString(),
    CONTENT_TYPE: headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
    HTTP_GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
  };
}

/**
 * Its answer is a head, an empty line, and the body.
 *
 * @param {import('node:stream').Readable} printed @param {import('node:http').ServerResponse} response
 */
async function passOn(printed, response) {
  let head = Buffer.alloc(0);
  for await (const piece of printed) {
    if (response.headersSent) {
      response.write(piece);
      continue;
    }
    head = Buffer.concat([head, piece]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) continue;
    const fields = fieldsOf(head.toString('latin1', 0, end));
    response.statusCode = Number.parseInt(fields.get('Status') ?? '200', 10);
    fields.delete('Status');
    response.setHeaders(fields);
    response.write(head.subarray(end + 4));
  }
  response.end();
}

/** @param {string} head */
function fieldsOf(head) {
  return new Map(
    head.split('\r\n').map((field) => {
      const [name = '', ...value] = field.split(': ');
      return [name, value.join(': ')];
    }),
  );
}

const server = createServer((request, response) => {
  const env = { ...process.env, ...variablesOf(request) };
  const backend = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  backend.stdin.on('error', () => {}); // it answered before it had read everything
  request.pipe(backend.stdin);
  void passOn(backend.stdout, response);
});
server.listen(0, HERE, () => {
  const address = server.address();
  if (address !== null && typeof address === 'object')
    process.stdout.write(`http://${HERE}:${address.port}\n`);
});

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

const server = createServer((request, { socket }) => {
  const env = { ...process.env, ...variablesOf(request) };
  const backend = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  request.pipe(backend.stdin);
  backend.stdin.on('error', () => {}); // it answered before it had read everything
  socket?.write('HTTP/1.1 200 OK\r\nConnection: close\r\n'); // the rest of the head, and the body, are git's
  if (socket) backend.stdout.pipe(socket);
});
server.listen(0, HERE, () => {
  const address = server.address();
  if (address !== null && typeof address === 'object')
    process.stdout.write(`http://${HERE}:${address.port}\n`);
});

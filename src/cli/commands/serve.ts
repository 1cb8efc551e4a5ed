/** `cas serve`: stores over http, and the tokens of those who may ask. */
import { once } from 'node:events';
import { InvalidInputError, serveStdio, serveStores } from '../../index.ts';
import { parseCount } from '../arguments.ts';
import type { Arguments, Command, CommandContext } from '../command.ts';
import { identityOf } from '../identity.ts';
import { openLog } from '../line-log.ts';
import { servedStores, tlsOf } from '../served-stores.ts';
import { stopOnTerminate } from '../stop-on-terminate.ts';
import { runTokenAction } from '../token-actions.ts';

const USUAL_PORT = 8417;

export const serve: Command = {
  spec: {
    usage: 'serve [words..]',
    summary: 'answer other machines and browsers over http',
    about: [
      'serve [NAME=DIR | DIR]… serves stores until it is stopped: to other stores, which fetch and push, and to whatever',
      'reads URLs: files, folders, archives. Without a word it serves the store that is meant. Only this machine is',
      'answered, and nothing is changed, unless --host and --write say so. serve token add NAME makes a token and prints',
      'it, once; serve token list and serve token remove NAME… do what they say. A store that ever had a token answers',
      'nobody without one, or with --public-read only what may be read. It says who asked what on stderr.',
    ].join('\n'),
    words: ['token'],
    options: {
      host: { kind: 'text', about: 'the address to listen at [default: 127.0.0.1]', value: 'ADDRESS' },
      port: {
        kind: 'text',
        about: `the port to listen at; 0: any that is free [default: ${USUAL_PORT}]`,
        value: 'N',
      },
      write: { kind: 'flag', about: 'let labels be pushed' },
      'public-read': { kind: 'flag', about: 'let all labels be read without a token' },
      cert: { kind: 'text', about: 'speak https, with this certificate', value: 'FILE' },
      key: { kind: 'text', about: 'the key of the certificate', value: 'FILE' },
      log: { kind: 'text', about: 'say who asked what in this file', value: 'FILE' },
      stdio: { kind: 'flag', about: 'serve one store over stdin and stdout, for ssh' },
      scope: { kind: 'text', about: 'token add: read or write [default: read]', value: 'SCOPE' },
      labels: {
        kind: 'texts',
        about: "token add: only labels like this, such as 'team/*'",
        value: 'PATTERN',
      },
    },
    examples: [
      ['cas serve', 'serves the store to this machine'],
      ['cas serve site=/srv/site docs=/srv/docs --port 8000', 'serves two, as /s/site and /s/docs'],
      ["cas serve token add ci --scope write --labels 'builds/*'", 'prints a token that may push builds'],
      ['cas serve --host 0.0.0.0 --write --cert c.pem --key k.pem', 'lets those with tokens fetch and push'],
    ],
  },
  run(args, context) {
    const [first, ...rest] = args.texts('words');
    if (first === 'token') return runTokenAction(rest, args, context);
    if (args.flag('stdio')) return servePipes(args, context);
    return serveHttp(args, context);
  },
};

async function serveHttp(args: Arguments, context: CommandContext): Promise<void> {
  const { out, signal, environment } = context;
  const stores = await servedStores(args.texts('words'), context);
  const host = args.text('host');
  const tls = await tlsOf(args.text('cert'), args.text('key'));
  await using log = await openLog(args.text('log'), context);
  stopOnTerminate();
  await using server = await serveStores(stores, {
    ...(host !== undefined && { host }),
    port: parseCount(args.text('port'), 'port') ?? USUAL_PORT,
    access: args.flag('write') ? 'write' : 'read',
    publicRead: args.flag('public-read'),
    ...(tls && { tls }),
    who: identityOf(environment),
    log: log.write,
  });
  const urls = Object.keys(stores).map((name) => ({ name, url: `${server.url}/s/${name}` }));
  for (const each of urls) await (out.format === 'json' ? out.json(each) : out.line(each.url));
  await out.flush();
  if (!signal.aborted) await once(signal, 'abort');
}

async function servePipes(args: Arguments, context: CommandContext): Promise<void> {
  const [folder, ...rest] = args.texts('words');
  if (folder === undefined || rest.length > 0)
    throw new InvalidInputError('USAGE', "'serve --stdio' is of one store", {
      hint: "write 'cas serve --stdio DIR'",
    });
  const path = args.text('log');
  await using log = path === undefined ? undefined : await openLog(path, context);
  await serveStdio(folder, {
    input: context.stdin,
    output: process.stdout,
    who: identityOf(context.environment),
    ...(log && { log: log.write }),
    logFailure: context.note,
  });
}

/** How the bytes of requests get to a server: over connections of its own, which are kept for the next request. */
import http from 'node:http';
import https from 'node:https';
import { rootCertificates } from 'node:tls';
import { InvalidInputError } from '../errors/errors.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { Environment } from './tokens.ts';

export interface Line extends Disposable {
  /** How the store is called in messages; without secrets. */
  readonly url: string;
  /** Where requests go, without a slash at its end. */
  readonly base: URL;
  readonly connections: http.Agent;
  /** What `error`, by which the line failed, is in the words of whoever knows better. Never rejects. */
  explain(error: Error): Promise<Error>;
}

export interface HttpLineOptions {
  /** Where CAS_CA_FILE lies. */
  readonly files: FileSystem;
  readonly environment: Environment;
}

const MAX_CA_BYTES: number = 16 * 2 ** 20;

/** @throws InvalidInputError `CA_FILE_INVALID` */
export async function openHttpLine(base: URL, options: HttpLineOptions): Promise<Line> {
  const isSecure = base.protocol === 'https:';
  const ca = isSecure ? await readAuthorities(options) : undefined;
  const connections = isSecure
    ? new https.Agent({ keepAlive: true, ...(ca && { ca }) })
    : new http.Agent({ keepAlive: true });
  return {
    url: base.href,
    base,
    connections,
    explain: async (error) => error,
    [Symbol.dispose]: () => connections.destroy(),
  };
}

/** Those that CAS_CA_FILE adds to the runtime's own. */
async function readAuthorities({ files, environment }: HttpLineOptions): Promise<string[] | undefined> {
  const path = environment['CAS_CA_FILE'];
  if (!path) return undefined;
  const text = Buffer.from((await files.readFile(path, MAX_CA_BYTES)) ?? []).toString('latin1');
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    throw new InvalidInputError('CA_FILE_INVALID', `'${path}', which CAS_CA_FILE names, has no certificate`, {
      hint: 'name a file of certificates in PEM',
    });
  return [...rootCertificates, text];
}

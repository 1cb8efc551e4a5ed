/** Addresses: what is a folder, what is a URL, and what nobody may pass off as one. */
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../src/transport/address.ts';

const ssh = (host: string, path: string, user?: string, port?: number) => ({
  kind: 'ssh',
  user,
  host,
  port,
  path,
});

test.each([
  ['over', { kind: 'folder', path: resolve('over') }],
  ['./a:b', { kind: 'folder', path: resolve('./a:b') }],
  ['/a/b', { kind: 'folder', path: '/a/b' }],
  ['file:///a%20b', { kind: 'folder', path: '/a b' }],
  ['ssh://host/a', ssh('host', '/a')],
  ['ssh://ann@host:2222/a b', ssh('host', '/a b', 'ann', 2222)],
  ['ssh://host/~/a', ssh('host', 'a')],
  ['ssh://[::1]:22/a', ssh('::1', '/a', undefined, 22)],
  ['host:a', ssh('host', 'a')],
  ['ann@host.example:/a:b', ssh('host.example', '/a:b', 'ann')],
  ['[fe80::1%eth0]:a', ssh('fe80::1%eth0', 'a')],
  ["host:'; rm -rf", ssh('host', "'; rm -rf")],
])('parseAddress() takes %s apart', (text, expected) => {
  expect(parseAddress(text)).toEqual(expected);
});

test('an address of a server is its URL, without what does not name the store', () => {
  const shown = (text: string): string => formatAddress(parseAddress(text));
  expect(shown('HTTP://Host:80/s/a/')).toBe('http://host/s/a');
  expect(shown('https://host:8443/s/%61')).toBe('https://host:8443/s/%61');
});

test.each([
  'over',
  'ssh://host/a',
  'ssh://ann@[::1]:2/a',
  'ssh://host:22/~/a',
  'ann@host:a',
  'https://h/s/a',
])('formatAddress() says %s so that it can be parsed again', (text) => {
  const address = parseAddress(text);
  expect(parseAddress(formatAddress(address))).toEqual(address);
});

test.each([
  '',
  'a\nb',
  'a'.repeat(5000),
  'ftp://host/a',
  'git://host/a',
  'http://',
  'http:///s/a',
  'http://ann:secret@host/s/a',
  'http://secret@host/s/a',
  'http://host/s/a?token=secret',
  'http://host/s/a#b',
  'ssh://-oProxyCommand=touch x/a',
  'ssh://-l@host/a',
  'ssh://host',
  'ssh://host:0/a',
  'ssh://host:65536/a',
  'ssh://host:port/a',
  'ssh://a b/c',
  'ssh://[-o]/a',
  'ssh:///a',
  '-oProxyCommand=x:a',
  '-l@host:a',
  'ho$(st):a',
  'host:',
  'ssh://host/~/',
  'file://elsewhere/a',
])('parseAddress() refuses %j', (text) => {
  expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'URL_INVALID' }) as Error);
  expect(() => parseAddress(text)).not.toThrow(/secret/);
});

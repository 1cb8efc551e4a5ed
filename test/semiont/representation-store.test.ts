/** Stores of representations, over everything that they stand on. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseResourceDescriptor } from '../../src/semiont/resource-descriptor.ts';
import { FilesystemRepresentationStore } from '../../src/semiont.ts';
import { runCases } from '../conformance/case.ts';
import { collect } from './collect.ts';
import { representationCases } from './representation-cases.ts';
import { SUBJECTS } from './representation-stores.ts';
import { seedCases } from './seed-cases.ts';

const run = promisify(execFile);

for (const [name, open] of Object.entries(SUBJECTS))
  describe(`a representation store ${name}`, () => runCases([...seedCases, ...representationCases], open));

test('two processes that store at once, and make the store at once, lose nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cas-semiont-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'storing.mjs');
  const entryPoints = [join(import.meta.dirname, 'storing-process.ts')];
  const banner = {
    js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);",
  };
  await build({
    entryPoints,
    outfile,
    banner,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
  });
  const basePath = join(folder, 'data', 'storage');
  await Promise.all(['one', 'two'].map((name) => run(process.execPath, [outfile, basePath, name, '25'])));
  await using representations = new FilesystemRepresentationStore({ basePath });
  expect(await collect(representations.list())).toHaveLength(50);
  expect(await representations.representationsOf('doc-7')).toHaveLength(2);
});

test.each([
  [{ mediaType: 'text/plain', language: '' }, 'language of a representation cannot be ""'],
  [{ mediaType: 'text/plain', rel: 'two\nlines' }, 'rel of a representation cannot be'],
  [{ mediaType: 'text/plain', resource: '\ud800' }, 'resource of a representation cannot be'],
  [{ mediaType: 7 as unknown as string }, 'mediaType of a representation cannot be 7'],
  [{ mediaType: 'x'.repeat(70_000) }, 'attributes have over 65536 bytes'],
])('store() refuses metadata that cannot be: %#', async (metadata, message) => {
  const representations = new FilesystemRepresentationStore({ basePath: '/nowhere' }); // which nothing touches
  await expect(representations.store('', metadata)).rejects.toThrow(message);
});

test.each([
  [undefined, 'it is no object'],
  [[], 'it is no object'],
  [{ '@context': 'https://example.org/', '@id': 'x', representations: [] }, 'its context is not'],
  [{ '@id': '', representations: [] }, 'it has no @id'],
  [{ '@id': 'x', name: 7, representations: [] }, 'its name is no text'],
  [{ '@id': 'x' }, 'it has no list of representations'],
  [{ '@id': 'x', representations: ['y'] }, 'a representation is no object'],
  [{ '@id': 'x', representations: [{ mediaType: 'a/b', checksum: 'y' }] }, 'not a checksum: "y"'],
  [
    { '@id': 'x', representations: [{ checksum: '0'.repeat(64) }] },
    'mediaType of a representation cannot be missing',
  ],
])('parseResourceDescriptor() refuses what is none: %#', (value, message) => {
  expect(() => parseResourceDescriptor(value)).toThrow(message);
});

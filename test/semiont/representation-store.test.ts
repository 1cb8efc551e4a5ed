/** Stores of representations, over everything that they stand on. */
import { describe, expect, test } from 'vitest';
import { parseResourceDescriptor } from '../../src/semiont/resource-descriptor.ts';
import { FilesystemRepresentationStore } from '../../src/semiont.ts';
import { runCases } from '../conformance/case.ts';
import { representationCases } from './representation-cases.ts';
import { SUBJECTS } from './representation-stores.ts';
import { seedCases } from './seed-cases.ts';

for (const [name, open] of Object.entries(SUBJECTS))
  describe(`a representation store ${name}`, () => runCases([...seedCases, ...representationCases], open));

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

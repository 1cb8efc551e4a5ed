import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import { fromFolder } from '../../src/source/folder.ts';
import { anyFolder } from '../arbitraries/trees.ts';
import { linesOfMembers, linesOfTree, makeOnDisk, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
let folders = 0;

beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());

const newPath = (): string => workshop.at(`folder-${++folders}`);

describe('fromFolder()', () => {
  test('stores exactly what is in any folder', async () => {
    const property = fc.asyncProperty(
      anyFolder({ attributes: fc.constant(NO_ATTRIBUTES) }),
      async (members) => {
        const path = newPath();
        makeOnDisk(encodeText(path), members);
        const { root } = await workshop.take(fromFolder(path, { ignoreFiles: 'off' }));
        expect(await linesOfTree(workshop.repository, root.id)).toEqual(linesOfMembers(members));
      },
    );
    await fc.assert(property, { numRuns: 100 });
  });
});

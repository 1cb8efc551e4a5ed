/** Stores of other systems, in and out again, byte for byte. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashBytes } from '../../src/hash/hasher.ts';
import type { Store } from '../../src/index.ts';
import { extensionOf } from '../../src/semiont/file-extension.ts';
import { exportLayout } from '../../src/semiont/layout-export.ts';
import { importLayout } from '../../src/semiont/layout-import.ts';
import { jumpHash, nameShard } from '../../src/semiont/shard.ts';
import { openWorkshop, type Workshop } from '../store/workshop.ts';
import { anyStore, filesOf, LAYOUT_NAMES, layoutNamed, readFiles } from './layout-stores.ts';

/** Stores of each layout, half of them told to be of it. */
const RUNS = Number(process.env['LAYOUT_RUNS'] ?? 20);

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe('the shards', () => {
  test.each([
    ['', 'representations/b6/52'],
    ['hello', 'representations/f1/68'],
    ['Hello, world!', 'representations/9f/08'],
    ['Original text', 'representations/82/aa'],
  ])('the seed puts %o into %s', (content, folder) => {
    const checksum = hashBytes(bytesOf(content));
    const names = layoutNamed('seed').pathOf({ checksum, mediaType: 'text/plain' })!;
    expect(names.join('/')).toBe(`${folder}/sha256-${checksum.slice('sha256:'.length)}.dat`);
  });

  test.each([
    ['doc-123', '5c1d'],
    ['hello', '18d2'],
    ['2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824', '693b'],
  ])('a document %s has the shard %s', (name, shard) => {
    expect(nameShard(name)).toBe(shard);
  });

  test('jumpHash() moves a key to no bucket but the one that is added', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.integer({ min: 1, max: 65_536 }),
        (key, buckets) => {
          const bucket = jumpHash(key, buckets);
          expect(bucket).toBeGreaterThanOrEqual(0);
          expect(bucket).toBeLessThan(buckets);
          expect([bucket, buckets]).toContain(jumpHash(key, buckets + 1));
        },
      ),
    );
  });
});

describe('the paths', () => {
  const HELLO = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

  test.each([
    ['v1', 'text~1markdown; charset=utf-8', '.dat'],
    ['v2', 'text~1markdown; charset=utf-8', '.md'],
    ['v3', 'text~1markdown', '.md'],
  ])('%s has a folder %s', (layout, folder, extension) => {
    const names = layoutNamed(layout).pathOf({ checksum: HELLO, mediaType: 'text/markdown; charset=utf-8' });
    expect(names?.join('/')).toBe(`representations/${folder}/2c/f2/rep-${HELLO}${extension}`);
  });

  test('v0 has the document in its name', () => {
    const names = layoutNamed('v0').pathOf({ checksum: HELLO, mediaType: 'text/plain', resource: 'doc-123' });
    expect(names?.join('/')).toBe('documents/5c/1d/doc-123.dat');
  });

  test.each([
    ['v0', 'a/../../b'],
    ['v0', 'x'.repeat(300)],
  ])('%s has no place for a document %s', (layout, resource) => {
    expect(layoutNamed(layout).pathOf({ checksum: HELLO, mediaType: 'x', resource })).toBeUndefined();
  });

  test.each(['..', '', 'x'.repeat(300)])('no folder is named for the media type %o', (mediaType) => {
    expect(layoutNamed('v2').pathOf({ checksum: HELLO, mediaType })).toBeUndefined();
  });

  test('extensionOf() knows the media type by its base, in any case', () => {
    expect(extensionOf('TEXT/X-C++ ; charset=x')).toBe('.cpp');
    expect(extensionOf('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')).toBe('.xlsx');
    expect(extensionOf('text/nothing')).toBe('.dat');
  });
});

describe('a store', () => {
  let workshop: Workshop;
  let store: Store;
  beforeAll(async () => {
    workshop = await openWorkshop();
    store = workshop.store;
  });
  afterAll(() => workshop[Symbol.asyncDispose]());

  test.each(LAYOUT_NAMES)('of layout %s goes in and comes out the same', async (name) => {
    for (const guess of [false, true]) {
      await fc.assert(
        fc.asyncProperty(anyStore(layoutNamed(name)), async (before) => {
          const files = filesOf(before);
          if ((await store.labels.get('representations')) !== undefined)
            await store.labels.update([{ verb: 'delete', name: 'representations' }]);
          const findings: unknown[] = [];
          const onFinding = (found: unknown): void => void findings.push(found);
          const options = { files, onFinding, ...(!guess && { layout: name }) };
          const { files: count } = await importLayout(store, '/old', options);
          expect(count).toBe(Object.keys(before).length);
          if (count > 0) {
            const { view, leftOut } = await exportLayout(await store.view('representations'), name);
            expect(leftOut).toEqual([]);
            await view.toFolder('/new', { files });
            expect(await readFiles(files, '/new')).toEqual(before);
          }
          expect(findings).toEqual([]);
        }),
        { numRuns: RUNS / 2 },
      );
    }
  });
});

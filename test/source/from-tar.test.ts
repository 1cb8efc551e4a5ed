/** Archives that real archivers wrote, and made ones, as what is committed. */
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { streamOf } from '../../src/flow/byte-stream.ts';
import { NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import { fromFolder } from '../../src/source/folder.ts';
import { fromTar, type TarSourceOptions } from '../../src/source/from-tar.ts';
import { anyCuts, piecesOf } from '../arbitraries/bytes.ts';
import { anyFolder } from '../arbitraries/trees.ts';
import { linesOfMembers, linesOfTree, makeOnDisk, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
let folders = 0;

beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());

function tarOf(folder: string, ...options: string[]): Uint8Array {
  return execFileSync('tar', ['--format=posix', ...options, '-cf', '-', '.'], {
    cwd: folder,
    maxBuffer: 2 ** 28,
  });
}

async function linesOf(archive: Uint8Array, options: TarSourceOptions = {}): Promise<string[]> {
  const { root } = await workshop.take(fromTar(archive, options));
  return linesOfTree(workshop.repository, root.id);
}

describe('fromTar()', () => {
  test('gives the tree of the folder that was archived, for any folder and any pieces', async () => {
    const anyMembers = anyFolder({ attributes: fc.constant(NO_ATTRIBUTES) });
    const property = fc.asyncProperty(anyMembers, anyCuts(), async (members, cuts) => {
      const path = workshop.at(`folder-${++folders}`);
      makeOnDisk(encodeText(path), members);
      const archive = tarOf(path);
      const folder = await workshop.take(fromFolder(path, { ignoreFiles: 'off' }));
      const tar = await workshop.take(fromTar(streamOf(...piecesOf(archive, cuts))));
      expect(tar).toMatchObject({ root: folder.root, entries: folder.entries, skipped: [] });
      expect(await linesOfTree(workshop.repository, tar.root.id)).toEqual(linesOfMembers(members));
      rmSync(path, { recursive: true });
    });
    await fc.assert(property, { numRuns: 25 });
  });

  test('gives hard links as entries of the same content', async () => {
    const path = workshop.at('links');
    mkdirSync(path);
    writeFileSync(`${path}/a`, 'twice', { mode: 0o755 });
    linkSync(`${path}/a`, `${path}/b`);
    expect(await linesOf(tarOf(path))).toEqual(['a executable 5 twice', 'b executable 5 twice']);
  });

  test('unpacks gzip, and streams what is long', async () => {
    const path = workshop.at('long');
    mkdirSync(path);
    writeFileSync(`${path}/big`, Buffer.alloc(5 * 2 ** 20 + 1, 'abc'));
    const folder = await workshop.take(fromFolder(path));
    const tar = await workshop.take(fromTar(gzipSync(tarOf(path))));
    expect(tar.root).toEqual(folder.root);
  });

  test('refuses fifos, or lists them as skipped', async () => {
    const path = workshop.at('special');
    mkdirSync(path);
    execFileSync('mkfifo', [`${path}/fifo`]);
    writeFileSync(`${path}/file`, 'x');
    const archive = tarOf(path);
    await expect(linesOf(archive)).rejects.toMatchObject({ code: 'TAR_SPECIAL' });
    const { entries, skipped } = await workshop.take(fromTar(archive, { special: 'skip' }));
    expect({ entries, skipped }).toEqual({ entries: 1, skipped: ['fifo'] });
  });

  test('refuses an archive that is cut anywhere, and what is none', async () => {
    const path = workshop.at('cut');
    mkdirSync(path);
    writeFileSync(`${path}/file`, 'content '.repeat(200));
    const archive = tarOf(path, '-b1');
    for (let length = 1; length < archive.length - 512; length += 97) {
      await expect(linesOf(archive.subarray(0, length))).rejects.toMatchObject({ name: 'InvalidInputError' });
    }
    await expect(linesOf(encodeText('no archive'))).rejects.toMatchObject({ name: 'InvalidInputError' });
  });

  test('stops reading when it is aborted', async () => {
    const path = workshop.at('aborted');
    mkdirSync(path);
    for (const name of ['a', 'b', 'c']) writeFileSync(`${path}/${name}`, name);
    const { repository } = workshop;
    const target = { repository, objects: repository.objects, signal: AbortSignal.abort() };
    await expect(fromTar(tarOf(path)).write(target)).rejects.toThrow(/abort/i);
  });
});

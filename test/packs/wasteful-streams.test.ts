/** Streams that are longer than they need be, as some compressors make them of noise: they are read like all others. */
import { constants, deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { hashBytes } from '../../src/hash/hasher.ts';
import { openStore } from '../../src/index.ts';
import { ENTRY, writeEntryHeader } from '../../src/pack/entry-header.ts';
import { noise } from '../arbitraries/contents.ts';
import { openWorkshop } from '../store/workshop.ts';
import { makePack, plantPack } from './pack-maker.ts';

/** Bytes that cost nine bits each in the fixed code. */
const CONTENTS = [300, 5000, 3_000_000].map((length) => noise(length).map((byte) => 144 + (byte % 112)));

function fixedCode(content: Uint8Array): Uint8Array {
  const stream = deflateSync(content, { strategy: constants.Z_FIXED, memLevel: 1 });
  const header = new Uint8Array(16);
  const length = writeEntryHeader(header, 0, { type: ENTRY.blob, sizeBytes: content.length });
  return Buffer.concat([header.subarray(0, length), stream]);
}

test('an entry whose stream is an eighth longer than its content is read in every way', async () => {
  await using workshop = await openWorkshop();
  const { files } = workshop;
  const made = makePack(CONTENTS.map((content) => ({ kind: 'raw', content, entry: fixedCode(content) })));
  await plantPack(files, '/here/.cas/objects/pack', { made });
  await using store = await openStore('/here', { files });
  for (let round = 0; round < 6; round++) {
    for (const content of CONTENTS) {
      const id = hashBytes(content);
      expect(Buffer.compare(await store.get(id), content)).toBe(0);
      const pieces: Uint8Array[] = [];
      for await (const piece of store.read(id)) pieces.push(piece);
      expect(Buffer.compare(Buffer.concat(pieces), content)).toBe(0);
    }
  }
  const ids = CONTENTS.map(hashBytes);
  for await (const { id, bytes } of store.getMany(ids))
    expect(Buffer.compare(bytes, CONTENTS[ids.indexOf(id)]!)).toBe(0);
  const findings: unknown[] = [];
  for await (const { severity, message } of store.fsck()) if (severity === 'error') findings.push(message);
  expect(findings).toEqual([]);
});

import { expect, test } from 'vitest';
import { chooseCodec, codecFromEnvironment, parseCodecChoice } from '../../src/zlib/choose.ts';

test('chooseCodec() is native where the runtime has zlib', async () => {
  expect((await chooseCodec()).name).toBe('native');
  expect((await chooseCodec('auto')).name).toBe('native');
  expect((await chooseCodec('native')).name).toBe('native');
  expect((await chooseCodec('pako')).name).toBe('pako');
});

test('codecFromEnvironment() reads CAS_ZLIB, and takes none and an empty one for auto', async () => {
  expect((await codecFromEnvironment({ CAS_ZLIB: 'pako' })).name).toBe('pako');
  expect((await codecFromEnvironment({ CAS_ZLIB: '' })).name).toBe('native');
  expect((await codecFromEnvironment({})).name).toBe('native');
});

test('parseCodecChoice() refuses any other name and says which there are', () => {
  for (const text of ['', 'Pako', 'zlib', 'toString']) {
    expect(() => parseCodecChoice(text)).toThrow(
      expect.objectContaining({ code: 'ZLIB_UNKNOWN', hint: "use 'auto', 'native' or 'pako'" }),
    );
  }
});

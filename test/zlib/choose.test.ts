import { build } from 'esbuild';
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

test('choosing a codec loads no other, and none before it is chosen', async () => {
  const { metafile } = await build({
    entryPoints: ['src/zlib/choose.ts'],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    outdir: 'dist', // nothing is written there
    write: false,
    metafile: true,
  });
  const holding = (path: RegExp): string[] =>
    Object.values(metafile.outputs)
      .filter(({ inputs }) => Object.keys(inputs).some((input) => path.test(input)))
      .map(({ entryPoint }) => entryPoint ?? '');
  expect(holding(/node_modules\/pako\//)).toEqual(['src/zlib/pako.ts']);
  expect(holding(/src\/zlib\/native/)).toEqual(['src/zlib/native.ts']);
});

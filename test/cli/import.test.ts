import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { cas, freshStore } from './cas-process.ts';

const HELLO = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
const SOUND = `representations/text~1plain/2c/f2/rep-${HELLO}.txt`;
const TORN = `representations/text~1plain/00/00/rep-${'0'.repeat(64)}.txt`;
const OLD = 'documents/5c/1d/doc-123.dat';

/** A store, and beside it `data`: a sound file, a torn one, and a document that is named by itself. */
async function storeBesideFiles(): Promise<string> {
  const cwd = await freshStore();
  for (const [path, content] of Object.entries({ [SOUND]: 'hello', [TORN]: 'torn', [OLD]: 'old' })) {
    mkdirSync(join(cwd, 'data', dirname(path)), { recursive: true });
    writeFileSync(join(cwd, 'data', path), content);
  }
  return cwd;
}

test('import brings in what is sound, keeps the rest apart, and export writes it out again', async () => {
  const cwd = await storeBesideFiles();
  const imported = await cas(['import', 'representations', 'data'], { cwd });
  expect(imported.code).toBe(5);
  expect(imported.stdout).toMatch(/^damaged {4}representations\/\S+\.txt: its bytes are those of 'sha256:/);
  expect(imported.stderr).toBe(
    "imported 2 representations, 8 B; 1 damaged file apart, see 'cas ls -r quarantine/representations'\n",
  );
  expect((await cas(['cat', `quarantine/representations:${TORN}`], { cwd })).stdout).toBe('torn');
  const out = ['export', 'representations', '--format', 'representations'];
  expect((await cas([...out, '--layout', 'v2', '-o', 'new/'], { cwd })).stderr).toContain(
    'exported 2 files, 8 B',
  );
  expect(readFileSync(join(cwd, 'new', SOUND), 'utf8')).toBe('hello');
  const documents = await cas([...out, '--layout', 'v0', '-o', 'old/'], { cwd });
  expect(documents.stderr).toContain(
    `warning: left out 'sha256:${HELLO}' (text/plain, no resource): v0 has no place for it`,
  );
  expect(readFileSync(join(cwd, 'old', OLD), 'utf8')).toBe('old');
});

test('import prints what it found and did as JSON', async () => {
  const cwd = await storeBesideFiles();
  const { code, stdout } = await cas(['import', 'representations', 'data', '--json'], { cwd });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect([code, lines]).toEqual([
    5,
    [
      { kind: 'damaged', path: TORN, message: expect.stringContaining('sha256:') as string },
      { files: 2, bytes: 8, damaged: 1 },
    ],
  ]);
  const only = ['import', 'representations', 'data', '--layout', 'v0', '--media-type', 'text/html', '--json'];
  expect(await cas(only, { cwd })).toMatchObject({ code: 0, stdout: '{"files":1,"bytes":3,"damaged":0}\n' });
});

test.each([
  [['import', 'representation', 'data'], 2, "did you mean 'cas import representations'?"],
  [['import', 'representations'], 2, "write 'cas import KIND FOLDER'"],
  [['import', 'representations', 'nowhere'], 3, 'nowhere'],
  [['import', 'representations', '.'], 2, "no folder 'documents' or 'representations'"],
  [['import', 'representations', 'data', '--layout', 'v9'], 2, 'choose one of seed, v0, v1, v2, v3'],
  [
    ['import', 'representations', 'data', '--media-type', ''],
    2,
    'mediaType of a representation cannot be ""',
  ],
  [['export', 'a', '--format', 'representations', '-o', 'x/'], 2, 'give --layout seed, v0, v1, v2 or v3'],
  [['export', 'a', '--format', 'representations', '--layout', 'v1', '-o', 'x/'], 3, 'no representations'],
  [['export', 'a', '--format', 'representations', '--layout', 'v1'], 2, 'a folder needs a name'],
  [['export', 'a', '--layout', 'v1', '-o', 'x.tar'], 2, "--layout is not for the format 'tar'"],
])('%j is refused, and says what to do', async (words, code, hint) => {
  const cwd = await storeBesideFiles();
  await cas(['commit', 'a', 'data'], { cwd });
  const run = await cas(words, { cwd });
  expect(run.code).toBe(code);
  expect(run.stderr).toContain(hint);
});

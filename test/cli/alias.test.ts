/** Other hashes on the command line, held against the programs that print them. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cas, freshStore } from './cas-process.ts';

const ID = 'sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03';

/** A store that keeps these, and the file `h` in its folder, which it has. */
async function storeWith(aliases: string): Promise<string> {
  const cwd = await freshStore();
  writeFileSync(join(cwd, 'h'), 'hello\n');
  expect(await cas(['config', 'set', 'aliases', aliases], { cwd })).toMatchObject({ code: 0, stderr: '' });
  await cas(['put', 'h'], { cwd });
  return cwd;
}

describe('an alias', () => {
  test('is what sha1sum, md5sum, sha512sum and git print', async () => {
    const cwd = await storeWith('sha1,md5,sha512,git');
    for (const hash of ['sha1', 'md5', 'sha512']) {
      const [hex] = execFileSync(`${hash}sum`, ['h'], { cwd }).toString().split(' ');
      expect((await cas(['cat', `${hash}:${hex}`], { cwd })).stdout, hash).toBe('hello\n');
    }
    const blob = execFileSync('git', ['hash-object', 'h'], { cwd }).toString().trim();
    expect((await cas(['resolve', `git:${blob}`], { cwd })).stdout).toBe(`${ID}\n`);
  });

  test('is told with the object, its size and its form', async () => {
    const cwd = await storeWith('md5,git');
    const { stdout } = await cas(['resolve', '--json', 'md5:b1946ac92492d2347c6235b4d2611184'], { cwd });
    expect(JSON.parse(stdout)).toEqual({
      id: ID,
      size: 6,
      form: 'loose',
      aliases: { git: 'ce013625030ba8dba906f756967f9e9ca394464a', md5: 'b1946ac92492d2347c6235b4d2611184' },
    });
  });

  test('that no store has is not found, with what to do; one that is none is refused', async () => {
    const cwd = await storeWith('md5');
    const sri = (hash: string): string => `${hash}-${createHash(hash).update('hello\n').digest('base64')}`;
    const faults: readonly (readonly [revision: string, code: number, stderr: RegExp])[] = [
      ['md5:00000000000000000000000000000000', 3, /hint: run 'cas alias rebuild' if it was stored before/],
      [`sha1:${'0'.repeat(40)}`, 3, /hint: to have it found, run 'cas config set aliases md5,sha1' and/],
      [sri('sha512'), 3, /no object is known by sha512/],
      [sri('sha384'), 2, /no store knows SHA-384\nhint: name it by its SHA-256/],
      ['md5:123', 2, /it is no whole hash/],
      [`sha256:${'0'.repeat(64)}`, 3, /is not in this store/],
    ];
    for (const [revision, code, stderr] of faults) {
      const run = await cas(['resolve', revision], { cwd });
      expect(run, revision).toMatchObject({ code, stdout: '' });
      expect(run.stderr).toMatch(stderr);
    }
    expect((await cas(['resolve', sri('sha256')], { cwd })).stdout).toBe(`${ID}\n`);
  });
});

describe('cas alias', () => {
  test('finds hashes that were not kept, and lists them', async () => {
    const cwd = await storeWith('');
    expect(await cas(['alias', 'rebuild'], { cwd })).toMatchObject({
      code: 0,
      stdout: '',
      stderr: "no other hash is kept: name some with 'cas config set aliases sha1'\n",
    });
    expect(await cas(['alias', 'list', 'md5'], { cwd })).toMatchObject({ code: 0, stdout: '' });
    expect((await cas(['alias', 'rebuild', 'md5'], { cwd })).stdout).toBe('found md5 of 1 content\n');
    expect((await cas(['alias', 'list', 'md5'], { cwd })).stdout).toBe(
      `b1946ac92492d2347c6235b4d2611184  ${ID}\n`,
    );
    const { stdout } = await cas(['alias', 'list', '--json', 'md5'], { cwd });
    expect(JSON.parse(stdout)).toEqual({ hash: 'md5', hex: 'b1946ac92492d2347c6235b4d2611184', id: ID });
    const again = await cas(['alias', 'rebuild', '--json'], { cwd });
    expect(JSON.parse(again.stdout)).toEqual({ hashes: ['md5'], contents: 1, damaged: [] });
  });

  test.each([
    [[], /too few words for 'cas alias'/],
    [['lsit'], /did you mean 'cas alias list'/],
    [['list'], /'alias list' is of one hash\nhint: write 'cas alias list sha1'/],
    [['list', 'md5', 'sha1'], /'alias list' is of one hash/],
    [['rebuild', 'sha384'], /'cas alias rebuild' knows no 'sha384'\nhint: /],
  ])('refuses %j', async (words, stderr) => {
    const cwd = await freshStore();
    const run = await cas(['alias', ...words], { cwd });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(stderr);
  });
});

test('a setting that names an unknown hash, or one twice, is refused', async () => {
  const cwd = await freshStore();
  for (const text of ['sha384', 'sha1,', 'sha1,sha1', 'sha1 md5', 'SHA1']) {
    const run = await cas(['config', 'set', 'aliases', text], { cwd });
    expect(run, text).toMatchObject({ code: 2 });
    expect(run.stderr).toMatch(/hint: give some of git, md5, sha1, sha512, with commas between/);
  }
});

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CasError } from '../../src/errors/errors.ts';
import { streamOf } from '../../src/flow/byte-stream.ts';
import { readArchive } from '../../src/tar/archive.ts';
import { FAULTS } from './faults.ts';
import { drain } from './tar-builder.ts';

const FOLDER = 'fixtures/corrupt/tar';
const CODES = join(FOLDER, 'codes.txt');
/** Larger archives are made by the test alone. */
const MAX_FIXTURE_BYTES = 4096;

async function faultOf(bytes: Uint8Array): Promise<CasError> {
  try {
    for await (const member of readArchive(streamOf(bytes)))
      if (member.kind === 'file') await drain(member.content);
  } catch (error) {
    if (error instanceof CasError) return error;
    throw error;
  }
  throw new Error('the archive was read');
}

function writeFixtures(): void {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const small = FAULTS.filter(({ bytes }) => bytes.length <= MAX_FIXTURE_BYTES);
  for (const { name, bytes } of small) writeFileSync(join(FOLDER, `${name}.tar`), bytes);
  writeFileSync(CODES, small.map(({ name, code }) => `${name} ${code}\n`).join(''));
}

if (process.env['WRITE_FIXTURES'] !== undefined) writeFixtures();

describe('readArchive() refuses', () => {
  test.each(FAULTS)('$name with $code', async ({ bytes, code }) => {
    const error = await faultOf(bytes);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/ at byte \d+: /);
    expect(error.message).not.toMatch(/[\0-\x1f]/);
  });
});

describe('readArchive() refuses the fixture', () => {
  const codes = new Map(
    readFileSync(CODES, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );

  test('every fixture has a code, and every code a fixture', () => {
    const names = readdirSync(FOLDER).filter((name) => name.endsWith('.tar'));
    expect(names.sort()).toEqual([...codes.keys()].map((name) => `${name}.tar`).sort());
  });

  test.each([...codes])('%s with %s', async (name, code) => {
    expect((await faultOf(readFileSync(join(FOLDER, `${name}.tar`)))).code).toBe(code);
  });
});

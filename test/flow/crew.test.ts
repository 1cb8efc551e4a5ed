import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CorruptError, SystemError } from '../../src/errors/errors.ts';
import { type Crew, openCrew } from '../../src/flow/crew.ts';
import type { OddAnswer, OddTask } from '../fakes/odd-worker.ts';

let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crew-'));
  const options = { bundle: true, platform: 'node', target: 'node20', format: 'cjs' } as const;
  await build({
    ...options,
    entryPoints: ['test/fakes/odd-worker.ts'],
    outfile: join(folder, 'odd-worker.cjs'),
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

function open(threads = 2, data?: unknown, ahead = 2): Crew<OddTask, OddAnswer> {
  const script = new URL('./odd-worker.js', pathToFileURL(join(folder, 'main.cjs')));
  return openCrew<OddTask, OddAnswer>(script, { threads, data, ahead })!;
}

describe('openCrew()', () => {
  test('is undefined where the program of the workers is not there', () => {
    expect(openCrew(new URL('./no-worker.js', import.meta.url), { threads: 1 })).toBeUndefined();
  });

  test('every task has its own answer, whatever the number of threads', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        async (tasks, threads, ahead) => {
          await using crew = open(threads, undefined, ahead);
          const answers = await Promise.all(tasks.map((bytes) => crew.run({ kind: 'double', bytes })));
          expect(answers.map(({ value }) => value)).toEqual(
            tasks.map((bytes) => Uint8Array.from([...bytes, ...bytes])),
          );
        },
      ),
      { numRuns: 10 },
    );
  });

  test('no worker is idle while another has more than one task', async () => {
    await using crew = open(3);
    const answers = await Promise.all([1, 2, 3].map(() => crew.run({ kind: 'sleep', ms: 20 })));
    expect(new Set(answers.map(({ thread }) => thread)).size).toBe(3);
  });

  test('workers get the data of the crew, and the buffers that a task gives away', async () => {
    await using crew = open(1, { level: 1 });
    expect((await crew.run({ kind: 'data' })).value).toEqual({ level: 1 });
    const bytes = new Uint8Array([1, 2]);
    const { value } = await crew.run({ kind: 'double', bytes }, [bytes.buffer]);
    expect(value).toEqual(new Uint8Array([1, 2, 1, 2]));
    expect(bytes.byteLength).toBe(0);
  });
});

describe('a crew whose work fails', () => {
  test('rejects with the same class, code, hint and causes, and works on', async () => {
    await using crew = open(1);
    const failure: unknown = await crew.run({ kind: 'own-error' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CorruptError);
    expect(failure).toMatchObject({ code: 'OBJECT_CORRUPT', message: 'damaged', hint: 'run fsck' });
    const { cause } = failure as Error;
    expect(cause).toBeInstanceOf(SystemError);
    expect(cause).toMatchObject({ code: 'IO_FAILED', errno: 'EIO', cause: { message: 'i/o error' } });
    await expect(crew.run({ kind: 'other-error' })).rejects.toMatchObject({
      name: 'RangeError',
      message: 'out of range',
    });
    await expect(crew.run({ kind: 'unsendable' })).rejects.toThrow('could not be cloned');
    expect((await crew.run({ kind: 'sleep', ms: 0 })).value).toBe(0);
  });

  test('a task that cannot be sent fails alone', async () => {
    await using crew = open(1);
    const task = { kind: 'double', bytes: () => {} } as unknown as OddTask;
    await expect(crew.run(task)).rejects.toThrow('could not be cloned');
    expect((await crew.run({ kind: 'sleep', ms: 0 })).value).toBe(0);
  });

  test.each(['exit', 'crash'] as const)('a thread that dies by %s fails all that waits', async (kind) => {
    await using crew = open(2);
    const tasks = [{ kind }, ...Array.from({ length: 8 }, () => ({ kind: 'sleep', ms: 500 }) as const)];
    const ends = await Promise.allSettled(tasks.map((task) => crew.run(task)));
    for (const end of ends) expect(end).toMatchObject({ reason: { code: 'WORKER_FAILED' } });
    await expect(crew.run({ kind: 'data' })).rejects.toMatchObject({ code: 'WORKER_FAILED' });
  });

  test('what still waits when it is dismissed fails, and what comes later', async () => {
    const crew = open(1);
    const waiting = Promise.allSettled([1, 2, 3].map(() => crew.run({ kind: 'sleep', ms: 5000 })));
    await crew[Symbol.asyncDispose]();
    for (const end of await waiting) expect(end).toMatchObject({ reason: { code: 'WORKER_FAILED' } });
    await expect(crew.run({ kind: 'data' })).rejects.toMatchObject({ code: 'WORKER_FAILED' });
    await crew[Symbol.asyncDispose]();
  });
});

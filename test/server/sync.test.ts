/** Fetches and pushes over http: one answer shared by many, gone on with where it was cut, and told as it failed. */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { serveStdio } from '../../src/index.ts';
import { MEDIA_TYPES } from '../../src/wire/media-type.ts';
import { commitFiles } from '../store/workshop.ts';
import { bundleIn, pointOf, post, requestOf } from './fetching.ts';
import { serveTeams } from './served.ts';

test('fifty who ask the same at once get the same, whole', async () => {
  await using served = await serveTeams();
  const answers = await Promise.all(Array.from({ length: 50 }, () => post(served, requestOf('team/a'))));
  const bundles = await Promise.all(answers.map(bundleIn));
  const [first] = bundles;
  expect(new TextDecoder().decode(first!.bundle.subarray(0, 13))).toBe('cas-bundle 1\n');
  for (const { start, bundle } of bundles) {
    expect(start).toBe(0);
    expect(Buffer.compare(bundle, first!.bundle)).toBe(0);
  }
  const left = await readdir(join(served.store.path, 'cache'));
  expect(left.filter((name) => name.startsWith('tmp_'))).toEqual([]);
});

test('what was cut goes on where it was, and begins anew where it is another', async () => {
  await using served = await serveTeams();
  const { bundle } = await bundleIn(await post(served, requestOf('team/a')));
  for (const length of [1, 1000, bundle.length - 1, bundle.length]) {
    const resume = pointOf(bundle.subarray(0, length));
    const rest = await bundleIn(await post(served, requestOf('team/a', { resume })));
    expect(rest.start).toBe(length);
    expect(Buffer.compare(rest.bundle, bundle.subarray(length))).toBe(0);
  }
  for (const bytes of [10, bundle.length, bundle.length + 1]) {
    const resume = { bytes, digest: 'a'.repeat(64) };
    const rest = await bundleIn(await post(served, requestOf('team/a', { resume })));
    expect(rest.start).toBe(0);
    expect(Buffer.compare(rest.bundle, bundle)).toBe(0);
  }
});

test('an answer is not shared beyond the labels that it is of', async () => {
  await using served = await serveTeams();
  const before = await bundleIn(await post(served, requestOf('team/a')));
  const id = await commitFiles(served.store, 'team/a', { 'a.txt': 'another\n' });
  const after = await bundleIn(await post(served, requestOf('team/a')));
  expect(new TextDecoder().decode(before.bundle.subarray(0, 400))).not.toContain(id);
  expect(new TextDecoder().decode(after.bundle.subarray(0, 400))).toContain(`label ${id} team/a\n`);
  const short = await bundleIn(await post(served, requestOf('team/a', { depth: 1 })));
  expect(new TextDecoder().decode(short.bundle.subarray(0, 400))).toContain(`horizon ${id}\n`);
});

test('what is not there is told each time, and asked for again each time', async () => {
  await using served = await serveTeams();
  for (let at = 0; at < 3; at++) {
    const { status, text } = await post(served, requestOf('team/new'));
    expect(status).toBe(404);
    expect(JSON.parse(text)).toMatchObject({ code: 'LABEL_NOT_FOUND' });
  }
  await commitFiles(served.store, 'team/new', { 'a.txt': 'new\n' });
  expect((await post(served, requestOf('team/new'))).status).toBe(200);
});

test('who sends on after what cannot be taken hears so before more of it is read', async () => {
  await using served = await serveTeams();
  let sent = 0;
  const input = Readable.from(
    (async function* () {
      yield Buffer.from(
        `PUT /s/store/uploads/${'d'.repeat(64)}?start=0 HTTP/1.1\r\nHost: ssh\r\n` +
          `Content-Type: ${MEDIA_TYPES.frames}\r\nContent-Length: ${2 ** 30}\r\n\r\n`,
      );
      for (;;) {
        sent += 16_384;
        yield Buffer.alloc(16_384, 1);
      }
    })(),
  );
  const answer = new PassThrough();
  const serving = serveStdio(dirname(served.store.path), { input, output: answer });
  let told = '';
  for await (const piece of answer.iterator({ destroyOnReturn: false })) {
    told += String(piece);
    if (told.includes('TRANSFER_CUT')) break;
  }
  for (let turn = 0; turn < 100; turn++) await setImmediate();
  expect(sent).toBeLessThan(2 ** 19);
  input.destroy();
  await serving.catch(() => undefined); // which was left before its end
});

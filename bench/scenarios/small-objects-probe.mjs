/**
 * Run as a process of its own: `make PLACE COUNT` puts that many objects of 100 bytes into a new store, and
 * `find PLACE SEED` opens it, reads one of them and prints what that took. `node:fs` and the library are loaded before.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { loadLibrary } from '../library.mjs';
import { noise } from '../random.mjs';

const OBJECT_BYTES = 100;
const AT_ONCE = 64;

const { initStore, openStore } = await loadLibrary();
const [verb = '', place = '', number = ''] = process.argv.slice(2);
await (verb === 'make' ? make(Number(number)) : find(Number(number)));

/** @param {number} count */
async function make(count) {
  const store = await initStore(join(place, '.cas'));
  await store.batch(async (batch) => {
    for (let at = 0; at < count; at += AT_ONCE) {
      const group = Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, index) =>
        contentOf(at + index),
      );
      await Promise.all(group.map((content) => batch.put(content)));
    }
  });
  await store.close();
  writeFileSync(join(place, 'count'), String(count));
}

/** @param {number} seed */
async function find(seed) {
  const count = Number(readFileSync(join(place, 'count'), 'utf8'));
  const content = contentOf(noise(seed)(6).readUIntBE(0, 6) % count);
  const id = createHash('sha256').update(content).digest('hex');
  const began = performance.now();
  const store = await openStore(join(place, '.cas'));
  const found = await store.get(id);
  const wallSeconds = (performance.now() - began) / 1000;
  await store.close();
  if (!content.equals(found)) throw new Error('another content than was put');
  process.stdout.write(JSON.stringify({ wallSeconds, residentBytes: process.memoryUsage.rss() }));
}

/** The same for one number always, and another for each. @param {number} number */
function contentOf(number) {
  const content = Buffer.alloc(OBJECT_BYTES);
  createHash('sha512').update(String(number)).digest().copy(content);
  content.write(`object ${number}`, 64);
  return content;
}

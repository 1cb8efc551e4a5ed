/** A clone whose contents come later, whatever is done in it: it reads as the store that it is a clone of. */
import fc from 'fast-check';
import { createFsFromVolume, Volume } from 'memfs';
import { expect, test } from 'vitest';
import { nodeFiles } from '../../src/files/node-files.ts';
import { cloneStore, fromEntries, initStore, type Store } from '../../src/index.ts';

const LABELS = ['a', 'b', 'c'] as const;
const PATHS = ['one', 'two', 'deep/three', 'deep/four'] as const;
const VERBS = [
  'commit there',
  'commit there',
  'commit here',
  'pull',
  'push',
  'read',
  'read',
  'bring',
  'repack',
  'collect',
  'forget',
  'clone',
  'carry',
] as const;

const step = fc.record({
  verb: fc.constantFrom(...VERBS),
  label: fc.constantFrom(...LABELS),
  path: fc.constantFrom(...PATHS),
  content: fc.nat(5),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

type Content = Readonly<Record<string, string>>;

/** Over this, contents are in chunks. */
const CHUNK_THRESHOLD: number = 2 ** 20;
const LONG = noise(5, 2 ** 20);

/** Versions are deltas of each other, or share chunks, or have nothing in common. */
function contentsOf({ path, content, label }: Step): Content {
  const text = `${content} `.repeat(400 + content * 4000);
  const long = content === 5 && { 'deep/long': `${label}${path}${LONG}` };
  return { [path]: text, one: `always ${content % 2}`, 'deep/noise': noise(content, 3000), ...long };
}

function noise(seed: number, length: number): string {
  let state = seed + 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (state % 90));
  }).join('');
}

class World {
  readonly #files = nodeFiles(createFsFromVolume(Volume.fromJSON({ '/x/hub/.keep': '' })) as never);
  /** Of each label what its newest version has, there and here. */
  readonly #there = new Map<string, Content>();
  #here = new Map<string, Content>();
  #hub!: Store;
  #thin!: Store;
  #time = 1_700_000_000;
  #folders = 0;

  async open(): Promise<void> {
    const settings = { 'chunk.threshold': String(CHUNK_THRESHOLD) };
    this.#hub = await initStore('/x/hub', { files: this.#files, settings });
    await this.#commit(this.#hub, this.#there, { verb: 'commit there', label: 'a', path: 'one', content: 0 });
    const { store } = await cloneStore('/x/hub', '/x/thin', {
      files: this.#files,
      settings,
      contents: 'none',
    });
    this.#thin = store;
    this.#here = new Map(this.#there);
  }

  async do(step: Step): Promise<void> {
    const { verb, label } = step;
    if (verb === 'commit there') await this.#commit(this.#hub, this.#there, step);
    else if (verb === 'commit here') await this.#commit(this.#thin, this.#here, step);
    else if (verb === 'pull') await this.#pull();
    else if (verb === 'push') await this.#push();
    else if (verb === 'read') await expectSame(this.#thin, { label, content: this.#here.get(label) });
    else if (verb === 'bring') await this.#bring(label);
    else if (verb === 'repack') await this.#thin.repack({ scope: 'all' });
    else if (verb === 'collect') await this.#thin.gc({ graceMs: 0 });
    else if (verb === 'forget') await this.#forget(label);
    else if (verb === 'clone') await this.#clone();
    else await this.#carry();
  }

  async check(): Promise<void> {
    for await (const { severity, message } of this.#thin.fsck())
      expect([severity, message]).toEqual(['info', message]);
    for (const [label, content] of this.#here) await expectSame(this.#thin, { label, content });
    await this.#thin.remotes.fetchContents('origin');
    await this.#thin.remotes.remove('origin');
    for await (const { id } of this.#thin.fsck()) expect(id).not.toBe('contents-promised');
    for (const [label, content] of this.#here) await expectSame(this.#thin, { label, content });
  }

  async close(): Promise<void> {
    await this.#hub.close();
    await this.#thin.close();
  }

  async #commit(store: Store, model: Map<string, Content>, step: Step): Promise<void> {
    const content = contentsOf(step);
    const entries = Object.entries(content).map(([path, text]) => ({ path, content: text }));
    await store.commit(step.label, fromEntries(entries), { timeSeconds: this.#time++ });
    model.set(step.label, content);
  }

  async #pull(): Promise<void> {
    const { advanced } = await this.#thin.remotes.pull('origin');
    for (const { name, kind } of advanced)
      if (kind === 'created' || kind === 'forwarded') this.#here.set(name, this.#there.get(name)!);
  }

  async #push(): Promise<void> {
    const labels = [...this.#here.keys()];
    if (labels.length === 0) return;
    await this.#thin.remotes.push('origin', { labels, force: true });
    for (const [name, content] of this.#here) this.#there.set(name, content);
  }

  async #bring(label: string): Promise<void> {
    if (!this.#here.has(label)) return;
    await this.#thin.remotes.fetchContents('origin', { revisions: [`${label}:one`] });
    const { id } = await this.#thin.resolve(`${label}:one`);
    expect(await this.#thin.has(id)).toBe(true);
  }

  async #forget(label: string): Promise<void> {
    if (!this.#here.delete(label)) return;
    await this.#thin.labels.update([{ name: label, verb: 'delete' }]);
  }

  async #clone(): Promise<void> {
    const { store } = await cloneStore('/x/thin', `/x/clone${this.#folders++}`, { files: this.#files });
    for (const [label, content] of this.#here) await expectSame(store, { label, content });
    await store.close();
  }

  async #carry(): Promise<void> {
    const labels = [...this.#here.keys()];
    if (labels.length === 0) return;
    await this.#thin.bundles.create('/x/stick.casb', { labels, existing: 'replace' });
    await this.#files.makeFolder(`/x/stick${this.#folders}`);
    await using store = await initStore(`/x/stick${this.#folders++}`, { files: this.#files });
    await store.bundles.apply(['/x/stick.casb']);
    for (const [label, content] of this.#here) await expectSame(store, { label, content });
  }
}

async function expectSame(
  store: Store,
  { label, content }: { readonly label: string; readonly content: Content | undefined },
): Promise<void> {
  if (content === undefined) return;
  for (const [path, text] of Object.entries(content)) {
    const { id } = await store.resolve(`${label}:${path}`);
    expect(Buffer.from(await store.get(id)).toString()).toBe(text);
  }
}

const RUNS = Number(process.env['LAZY_RUNS'] ?? 20);

test('a clone without contents reads as one with them, whatever is done in it', {
  timeout: 600_000,
}, async () => {
  const lives = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
    const world = new World();
    await world.open();
    try {
      for (const each of steps) await world.do(each);
      await world.check();
    } finally {
      await world.close();
    }
  });
  await fc.assert(lives, { numRuns: RUNS });
});

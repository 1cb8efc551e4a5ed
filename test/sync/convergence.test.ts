/** Two machines and one between them, online and offline in any order: they converge, and no conflict is settled silently. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { createFsFromVolume, Volume } from 'memfs';
import { expect, test } from 'vitest';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { ConflictError, initStore, type ObjectId, type Store, serveStores } from '../../src/index.ts';
import { fromEntries } from '../../src/source/entries.ts';

const MACHINES = ['ann', 'bob'] as const;
type Machine = (typeof MACHINES)[number];
/** The first is edited by both. */
const LABELS: Readonly<Record<Machine, readonly string[]>> = {
  ann: ['both', 'ann/docs', 'ann/data'],
  bob: ['both', 'bob/docs', 'bob/data'],
};

const step = fc.record({
  machine: fc.constantFrom(...MACHINES),
  verb: fc.constantFrom('commit', 'commit', 'pull', 'push', 'carry'),
  label: fc.nat(2),
  content: fc.nat(20),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Where they lie, and by which URL the one between them is reached. */
interface Ground extends AsyncDisposable {
  readonly files: FileSystem;
  readonly folder: string;
  readonly hub: string;
}

class World {
  readonly #ground: Ground;
  readonly #stores: Readonly<Record<Machine, Store>>;
  readonly #made: Readonly<Record<Machine, Map<string, ObjectId>>> = { ann: new Map(), bob: new Map() };
  #time = 1_700_000_000;

  static async open(ground: Ground): Promise<World> {
    const { files, folder, hub } = ground;
    const [ann, bob] = await Promise.all(MACHINES.map((name) => initStore(join(folder, name), { files })));
    for (const store of [ann!, bob!]) await store.remotes.add('hub', hub);
    return new World(ground, { ann: ann!, bob: bob! });
  }

  private constructor(ground: Ground, stores: Readonly<Record<Machine, Store>>) {
    this.#ground = ground;
    this.#stores = stores;
  }

  async do({ machine, verb, label, content }: Step): Promise<void> {
    const name = LABELS[machine][label]!;
    if (verb === 'commit') await this.#commit(machine, name, content);
    else if (verb === 'pull') await this.pull(machine);
    else if (verb === 'push') await this.push(machine, name);
    else await this.#carry(machine);
  }

  async #commit(machine: Machine, name: string, content: number): Promise<void> {
    const entries = [{ path: `${machine}-${content % 3}`, content: `${content}`.repeat(100) }];
    const timeSeconds = this.#time++;
    const { id } = await this.#stores[machine].commit(name, fromEntries(entries), { timeSeconds });
    this.#made[machine].set(name, id);
  }

  /** @returns labels that are told to be in conflict */
  async pull(machine: Machine): Promise<string[]> {
    const store = this.#stores[machine];
    const before = await idsOf(store);
    const { advanced } = await store.remotes.pull('hub');
    const after = await idsOf(store);
    for (const { name, kind, there } of advanced) {
      if (kind === 'diverged') expect(after.get(name)).toBe(before.get(name));
      if (kind === 'forwarded' || kind === 'created') expect(after.get(name)).toBe(there);
    }
    return advanced.filter(({ kind }) => kind === 'diverged').map(({ name }) => name);
  }

  /** @returns whether it was in conflict */
  async push(machine: Machine, name: string): Promise<boolean> {
    const store = this.#stores[machine];
    if ((await store.labels.get(name)) === undefined) return false;
    return isConflict(store.remotes.push('hub', { labels: [name] }));
  }

  /** A stick goes to the other one, with what it says that it lacks. */
  async #carry(machine: Machine): Promise<void> {
    const { files, folder } = this.#ground;
    const from = this.#stores[machine];
    const to = this.#stores[machine === 'ann' ? 'bob' : 'ann'];
    const labels = [...(await idsOf(from)).keys()];
    if (labels.length === 0) return;
    const [stick, have] = [join(folder, 'stick.casb'), join(folder, 'have')];
    await files.remove(have);
    {
      await using file = await files.open(have, 'create');
      await file.write(await to.bundles.have(), 0);
    }
    await from.bundles.create(stick, { labels, have, existing: 'replace' });
    const before = await idsOf(to);
    for (const name of labels)
      if (await isConflict(to.bundles.apply([stick], { labels: [name] })))
        expect((await idsOf(to)).get(name)).toBe(before.get(name));
  }

  /** Everybody asks and tells until nothing is new. */
  async settle(): Promise<void> {
    for (let round = 0; round < 3; round++)
      for (const machine of MACHINES) {
        await this.pull(machine);
        for (const { name } of await own(this.#stores[machine])) await this.push(machine, name);
      }
  }

  async check(): Promise<void> {
    const [ann, bob] = [await idsOf(this.#stores.ann), await idsOf(this.#stores.bob)];
    for (const name of new Set([...ann.keys(), ...bob.keys()]))
      if (name !== 'both') expect([name, ann.get(name)]).toEqual([name, bob.get(name)]);
    const isSettled = ann.get('both') === bob.get('both');
    const told = [...(await this.pull('ann')), ...(await this.pull('bob'))];
    expect(told.length > 0).toBe(!isSettled);
    for (const machine of MACHINES) {
      for (const [name, id] of this.#made[machine]) {
        const history: ObjectId[] = [];
        for await (const each of this.#stores[machine].log(name)) history.push(each.id);
        expect(history).toContain(id); // what one made is there still, whatever the other did
      }
      for await (const { severity, message } of this.#stores[machine].fsck())
        expect([severity, message]).toEqual(['info', message]);
    }
  }

  async close(): Promise<void> {
    for (const machine of MACHINES) await this.#stores[machine].close();
  }
}

async function isConflict(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (error instanceof ConflictError && error.code === 'NOT_FAST_FORWARD') return true;
    throw error;
  }
}

async function own(store: Store): Promise<{ readonly name: string; readonly id: ObjectId }[]> {
  return (await store.labels.list()).filter(({ name }) => !name.startsWith('remotes/'));
}

async function idsOf(store: Store): Promise<Map<string, ObjectId>> {
  return new Map((await own(store)).map(({ name, id }) => [name, id]));
}

async function live(ground: Ground, steps: readonly Step[]): Promise<void> {
  const world = await World.open(ground);
  try {
    for (const each of steps) await world.do(each);
    await world.settle();
    await world.check();
  } finally {
    await world.close();
    await ground[Symbol.asyncDispose]();
  }
}

async function inMemory(): Promise<Ground> {
  const files = nodeFiles(createFsFromVolume(Volume.fromJSON({ '/x/.keep': '' })) as never);
  for (const name of [...MACHINES, 'hub']) await files.makeFolder(`/x/${name}`);
  await (await initStore('/x/hub', { files })).close();
  return { files, folder: '/x', hub: '/x/hub', [Symbol.asyncDispose]: async () => {} };
}

async function overHttp(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'caskit-converge-'));
  const files = nodeFiles();
  for (const name of [...MACHINES, 'hub']) await files.makeFolder(join(folder, name));
  await (await initStore(join(folder, 'hub'))).close();
  const server = await serveStores({ hub: join(folder, 'hub') }, { access: 'write' });
  return {
    files,
    folder,
    hub: `${server.url}/s/hub`,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const RUNS = Number(process.env['CONVERGENCE_RUNS'] ?? 12);

test('machines converge through a folder and a stick, and conflicts are told', {
  timeout: 600_000,
}, async () => {
  const lives = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) =>
    live(await inMemory(), steps),
  );
  await fc.assert(lives, { numRuns: RUNS });
});

test('machines converge through a server and a stick, and conflicts are told', {
  timeout: 600_000,
}, async () => {
  const lives = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) =>
    live(await overHttp(), steps),
  );
  await fc.assert(lives, { numRuns: Math.ceil(RUNS / 10) });
});

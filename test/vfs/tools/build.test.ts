/** webpack, and its resolver alone, take their input out of a view. */
import * as nodeFs from 'node:fs';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { ResolverFactory } from 'enhanced-resolve';
import { createFsFromVolume, Volume } from 'memfs';
import { Union } from 'unionfs';
import { describe, expect, onTestFinished, test } from 'vitest';
import webpack, { type InputFileSystem, type StatsCompilation } from 'webpack';
import { memoryStore } from '../../../src/odb/memory-store.ts';
import { writeFolder } from '../../../src/view/to-folder.ts';
import type { Member } from '../../arbitraries/trees.ts';
import { file, folder, storeMembers, symlink } from '../../view/stored-tree.ts';
import { openCountedView } from './counted-view.ts';

const PACKAGE = {
  name: 'greet',
  version: '1.0.0',
  exports: { '.': { import: './esm.js', require: './cjs.js' }, './data': './data.json' },
};

const MEMBERS: readonly Member[] = [
  folder('node_modules', [
    folder('greet', [
      file('cjs.js', 'exports.greet = (name) => `require ${name}`;'),
      file('data.json', '{"name":"Ada"}'),
      file('esm.js', 'export const greet = (name) => `Hello ${name}`;\nexport const unused = "dropped";'),
      file('package.json', JSON.stringify(PACKAGE)),
    ]),
    symlink('linked', '../packages/linked'),
  ]),
  folder('packages', [
    folder('linked', [
      file('main.js', "module.exports = require('./mark');"),
      file('mark.js', "module.exports = '!';"),
      file('package.json', '{"name":"linked","main":"main"}'),
    ]),
  ]),
  folder('src', [
    file(
      'index.js',
      "import { greet } from 'greet';\nimport data from 'greet/data';\nimport mark from 'linked';\nimport { last } from './last';\nreport(greet(data.name) + mark + last);",
    ),
    folder('last', [file('index.js', "export const last = ' (last)';")]),
  ]),
  folder('unrelated', [file('huge.bin', 'never read')]),
];

const SAID = 'Hello Ada! (last)';

async function checkOut(): Promise<string> {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'caskit-build-')));
  onTestFinished(() => rmSync(top, { recursive: true }));
  const objects = memoryStore();
  const { id: treeId } = await storeMembers(objects, MEMBERS);
  await writeFolder({ objects, treeId, timeSeconds: 0 }, join(top, 'tree'));
  return join(top, 'tree');
}

describe('enhanced-resolve', () => {
  const REQUESTS = [
    'greet',
    'greet/data',
    'greet/none',
    'linked',
    'linked/mark',
    './last',
    '../src',
    './none',
    'none',
  ];
  const resolverOn = (fs: unknown) =>
    ResolverFactory.createResolver({
      fileSystem: fs as never,
      useSyncFileSystemCalls: true,
      conditionNames: ['import'],
      extensions: ['.js'],
    });

  test.each(REQUESTS)('%s leads where it leads on a disk', async (request) => {
    const root = await checkOut();
    const { fs, reads } = await openCountedView(MEMBERS);
    const told = (resolve: () => string | false): string => {
      try {
        return String(resolve());
      } catch (error) {
        return (error as Error).message.split(' in ')[0]!;
      }
    };
    const onDisk = told(() => resolverOn(nodeFs).resolveSync({}, join(root, 'src'), request));
    const inView = told(() => resolverOn(fs).resolveSync({}, '/src', request));
    expect(inView).toBe(onDisk.replace(root, ''));
    expect(reads().trees).toBeLessThanOrEqual(7);
  });

  test('by callback, too', async () => {
    const { fs } = await openCountedView(MEMBERS);
    const resolver = ResolverFactory.createResolver({ fileSystem: fs as never, conditionNames: ['import'] });
    const found = await new Promise((resolve, reject) => {
      resolver.resolve({}, '/src', 'greet', {}, (error, path) => (error ? reject(error) : resolve(path)));
    });
    expect(found).toBe('/node_modules/greet/esm.js');
  });
});

describe('webpack', () => {
  /** @returns what it says of the build, and the bundle */
  async function build(input: unknown, context: string): Promise<{ json: StatsCompilation; bundle: string }> {
    const volume = new Volume();
    const compiler = webpack({
      mode: 'production',
      context,
      entry: './src/index.js',
      output: { path: '/out', filename: 'main.js' },
    })!;
    if (input !== undefined) compiler.inputFileSystem = input as InputFileSystem;
    compiler.outputFileSystem = createFsFromVolume(volume) as never;
    const stats = await new Promise<webpack.Stats>((resolve, reject) => {
      compiler.run((error, made) => (error || made === undefined ? reject(error) : resolve(made)));
    });
    await new Promise((resolve) => compiler.close(resolve));
    const json = stats.toJson({ all: false, errors: true, warnings: true });
    return {
      json,
      bundle: volume.existsSync('/out/main.js') ? String(volume.readFileSync('/out/main.js')) : '',
    };
  }

  function said(bundle: string): string[] {
    const words: string[] = [];
    runInNewContext(bundle, { report: (text: string) => words.push(text) });
    return words;
  }

  test('builds out of a view what it builds out of the same files on a disk', async () => {
    const { fs, reads } = await openCountedView(MEMBERS);
    const { json, bundle } = await build(fs, '/');
    expect([json.errors, json.warnings]).toEqual([[], []]);
    expect(said(bundle)).toEqual([SAID]);
    expect(bundle).toBe((await build(undefined, await checkOut())).bundle);
    expect(reads().trees).toBeLessThanOrEqual(8); // nothing of `unrelated`
    expect(reads().contents).toBeLessThan(20);
  });

  test('builds with files that were written over a view', async () => {
    const { fs } = await openCountedView(MEMBERS);
    const volume = Volume.fromJSON({ '/src/last/index.js': "export const last = ' (patched)';" });
    const union = new Union().use(fs).use(createFsFromVolume(volume) as never);
    expect(said((await build(union, '/')).bundle)).toEqual(['Hello Ada! (patched)']);
  });

  test('says what is not there', async () => {
    const { fs } = await openCountedView([folder('src', [file('index.js', "import './none.js';")])]);
    const { errors } = (await build(fs, '/')).json;
    expect(errors?.[0]?.message).toMatch("Can't resolve './none.js' in '/src'");
  });
});

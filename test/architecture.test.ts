/** The floors in docs/architecture.md, enforced: files import downwards, in no circle, and stay short. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { expect, test } from 'vitest';

const MAX_LINES = 300;
const BANNED_NAME = /(^|[/-])(utils?|helpers?|common|misc|shared|types|manager|impl)[./]/;
/** Words of other trades, places of one machine, and things put off with no issue to find them by. */
const FOREIGN_WORD = /\b(sessions?|agents?|prompts?)\b|\/work\/|\.library\b|\bTODO(?!\(#\d+\))/i;
/** What Node calls that which keeps connections. */
const NODES_WORD = /\bhttps?\.Agent\b|\bagent: /g;

const [, block = ''] = /```floors\n([\s\S]*?)```/.exec(readFileSync('docs/architecture.md', 'utf8')) ?? [];
const floors = block
  .trim()
  .split('\n')
  .toReversed()
  .map((line) => line.trim().split(/\s+/));
const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : path);
const floorOf = (path: string): number => floors.findIndex((folders) => folders.includes(folderOf(path)));

const paths = filesIn('src').filter((path) => /\.c?ts$/.test(path));
const text = new Map(paths.map((path) => [path, readFileSync(join('src', path), 'utf8')]));
const imports = new Map(paths.map((path) => [path, importsOf(path)]));

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

function importsOf(path: string): string[] {
  const found = text.get(path)!.matchAll(/(?:\bfrom|\bimport)[ (]+'(\.[^']+)'/g);
  return [...found].map(([, to]) => normalize(join(dirname(path), to!)));
}

function reaches(start: string): Set<string> {
  const seen = new Set(imports.get(start));
  for (const path of seen) for (const to of imports.get(path) ?? []) seen.add(to); // a Set grows while it is walked
  return seen;
}

test('every file is on a floor', () => expect(paths.filter((path) => floorOf(path) < 0)).toEqual([]));

test('every import leads down, or stays in its folder', () => {
  const upward = paths.flatMap((path) =>
    imports
      .get(path)!
      .filter((to) => folderOf(to) !== folderOf(path) && floorOf(to) >= floorOf(path))
      .map((to) => `${path} → ${to}`),
  );
  expect(upward).toEqual([]);
});

const FRONT_DOORS: readonly string[] = ['index.ts', 'browser.ts', 'theater.ts', 'semiont.ts'];

test('cli/ uses only the front doors', () => {
  const cli = paths.filter((path) => folderOf(path) === 'cli');
  const inner = cli.flatMap((path) => imports.get(path)!.map((to) => ({ path, to })));
  expect(inner.filter(({ to }) => !FRONT_DOORS.includes(to) && folderOf(to) !== 'cli')).toEqual([]);
});

test('the folders of cli/ do not know each other, and only commands know them as they run', () => {
  const roomOf = (path: string): string => (path.split('/').length > 2 ? path.split('/')[1]! : '');
  const cli = paths.filter((path) => folderOf(path) === 'cli' && roomOf(path) !== 'commands');
  const across = cli.flatMap((path) =>
    needsOf(path)
      .filter((to) => folderOf(to) === 'cli' && !['', roomOf(path)].includes(roomOf(to)))
      .map((to) => `${path} → ${to}`),
  );
  expect(across).toEqual([]);
});

test('every file that a document names is there', () => {
  const documents = ['README.md', ...filesIn('docs').map((path) => join('docs', path))];
  const missing = documents
    .filter((path) => path.endsWith('.md'))
    .flatMap((document) => {
      const named = readFileSync(document, 'utf8').matchAll(/`((?:[\w.-]+\/)+[\w.-]*)`/g);
      return Array.from(named, ([, path]) => path!)
        .filter((path) => /^(test|src|docs|fixtures)\/|\.ts$/.test(path))
        .filter((path) => !existsSync(path) && !existsSync(join('src', path)))
        .map((path) => `${document}: ${path}`);
    });
  expect(missing).toEqual([]);
});

test('no file reaches itself', () => expect(paths.filter((path) => reaches(path).has(path))).toEqual([]));

/** What `path` needs to be there when it runs: types alone are not. */
function needsOf(path: string): string[] {
  const found = text.get(path)!.matchAll(/^(?:import|export) (?!type )[^;']* from '([^']+)';/gm);
  return [...found].map(([, to]) => (to!.startsWith('.') ? normalize(join(dirname(path), to!)) : to!));
}

test('nothing that browser.ts needs imports what only Node has, or uses its globals', () => {
  const needed = new Set(['browser.ts']);
  for (const path of needed) if (path.endsWith('.ts')) for (const to of needsOf(path)) needed.add(to);
  expect([...needed].filter((to) => !to.endsWith('.ts'))).toEqual(['pako']);
  const global = /(?<![.\w'`])(?:Buffer|setImmediate|__dirname)\b(?!`)/;
  const code = (path: string): string => text.get(path)!.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const sources = [...needed].filter((path) => text.has(path));
  expect(sources.filter((path) => global.test(code(path)))).toEqual(['bytes/byte-writer.ts']); // of who writes
});

test(`no file is over ${MAX_LINES} lines`, () =>
  expect(paths.filter((path) => text.get(path)!.trimEnd().split('\n').length > MAX_LINES)).toEqual([]));

test('no name says nothing', () => expect(paths.filter((path) => BANNED_NAME.test(path))).toEqual([]));

test('only the front doors export what others export', () =>
  expect(
    paths.filter((path) => !FRONT_DOORS.includes(path) && /^export .* from '\./m.test(text.get(path)!)),
  ).toEqual([]));

/** The build puts it in the place of a package whose export is the default one. */
const STANDS_IN = 'cli/terminal-width.ts';

test('nothing is a default export', () => {
  const isDefault = (path: string): boolean => /^export default\b/m.test(text.get(path)!);
  expect(paths.filter((path) => isDefault(path) && path !== STANDS_IN)).toEqual([]);
});

/** What `path` exports, by name, and whether a docstring says what it is: its own, or the file's for the first. */
function exportsOf(path: string): Map<string, boolean> {
  const declared =
    /(\*\/\n)?^export (?:declare |default |abstract |async )*(?:function\*?|class|interface|type|const) (\w+)/gm;
  const opensWithDocstring = /^(#!.*\n)?\/\*\*/.test(text.get(path)!);
  const found = [...text.get(path)!.matchAll(declared)];
  return new Map(
    found.map(([, docstring, name], at) => [
      name!,
      docstring !== undefined || (at === 0 && opensWithDocstring),
    ]),
  );
}

test('every file says what it is, at its top or at the first thing that it exports', () =>
  expect(
    paths
      .filter((path) => !path.startsWith('cli/commands/')) // a command says what it is in its own help
      .filter((path) => exportsOf(path).values().next().value === false),
  ).toEqual([]));

test.each(FRONT_DOORS)('everything that %s exports says what it is', (door) => {
  const front = [...text.get(door)!.matchAll(/^export (?:type )?\{([^}]*)\} from '\.\/([^']+)'/gm)];
  const silent = front.flatMap(([, list, path]) => {
    const names = list!.split(',').map((name) => name.trim().replace(/^type | as .*/g, ''));
    const known = exportsOf(path!);
    return names.filter((name) => name !== '' && known.get(name) !== true).map((name) => `${path} ${name}`);
  });
  expect(silent).toEqual([]);
});

test('everything that is written down is about this project', () => {
  const written = [
    ...['src', 'docs', 'test', 'bench'].flatMap((folder) =>
      filesIn(folder).map((path) => join(folder, path)),
    ),
    ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].filter((path) => existsSync(path)),
  ].filter((path) => /\.(c?ts|mjs|sh|md)$/.test(path) && path !== 'test/architecture.test.ts');
  const found = written.flatMap((path) => {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.flatMap((line, at) =>
      FOREIGN_WORD.test(line.replace(NODES_WORD, '')) ? [`${path}:${at + 1}: ${line.trim()}`] : [],
    );
  });
  expect(found).toEqual([]);
});

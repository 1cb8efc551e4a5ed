/** docs/errors.md and the source, held together; and what hints tell people to run. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../src/cli/commands.ts';
import * as errors from '../src/errors/errors.ts';

/** Functions that make an error of one class with the code that they are given. */
const MAKERS: Readonly<Record<string, string>> = { tarFault: 'InvalidInputError', tooNew: 'RefusedError' };
/** Where the system's own failures get their codes. */
const SYSTEM_TABLE = 'files/file-error.ts';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({
    path,
    code: readFileSync(join('src', path), 'utf8').replace(/\/\*\*[\s\S]*?\*\//g, ''),
  }));

/** Those of the runtime have codes that are its own. */
const OURS: ReadonlySet<string> = new Set(Object.keys(errors));

function pairsIn(path: string, code: string): string[] {
  const made = [...code.matchAll(/\b(?:new )?(\w+)\(\s*'([A-Z][A-Z0-9_]+)'/g)].flatMap(([, name, error]) => {
    const kind = OURS.has(name!) ? name : MAKERS[name!];
    return kind === undefined ? [] : [`${kind} ${error}`];
  });
  if (path !== SYSTEM_TABLE) return made;
  return [...made, ...Array.from(code.matchAll(/code: '([A-Z_]+)'/g), ([, error]) => `SystemError ${error}`)];
}

test('every error that is made has a line in docs/errors.md, and no line is of another', () => {
  const documented: string[] = [];
  let kind = '';
  for (const line of readFileSync('docs/errors.md', 'utf8').split('\n')) {
    kind = /^## (\w+)/.exec(line)?.[1] ?? kind;
    const code = /^\| `([A-Z0-9_]+)` \|/.exec(line)?.[1];
    if (code !== undefined) documented.push(`${kind} ${code}`);
  }
  const made = [...new Set(sources.flatMap(({ path, code }) => pairsIn(path, code)))].sort();
  expect(documented.toSorted()).toEqual(made);
});

test('a code is a word in the source, unless it is that of the error below', () => {
  const computed = sources.flatMap(({ path, code }) =>
    Array.from(code.matchAll(/new (\w+)\(\s*([^'\s,)][^,)]*)/g))
      .filter(([, name]) => OURS.has(name!))
      .map(([, , first]) => `${path}: ${first}`),
  );
  expect(computed.filter((found) => !/: (error\.)?code$/.test(found))).toEqual([]);
});

test('every command that a message or a hint names is one', () => {
  const named = sources.flatMap(({ code }) =>
    Array.from(code.matchAll(/\w 'cas ([a-z][a-z-]*)/g), ([, name]) => name!),
  );
  const known = new Set(COMMANDS.map(({ name }) => name));
  expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
});

/** What the portable profile refuses, and what it must not. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeText } from '../../src/bytes/text.ts';
import { memoryStore } from '../../src/odb/memory-store.ts';
import { walkTree } from '../../src/tree/walk.ts';
import { checkPortable } from '../../src/view/portable.ts';
import { findPortableNameFault, findPortableTargetFault, foldName } from '../../src/view/portable-name.ts';
import { openView } from '../../src/view/view.ts';
import { anyName, anyPlainName, type Member } from '../arbitraries/trees.ts';
import { bytesOf, file, folder, raw, storeMembers, symlink } from './stored-tree.ts';

async function check(members: readonly Member[]): Promise<void> {
  const objects = memoryStore();
  const { id } = await storeMembers(objects, members);
  await checkPortable(walkTree(objects, id), objects);
}

const refusedNames = [
  'con',
  'NUL',
  'nul.txt',
  'Aux.tar.gz',
  'com1',
  'COM9.x',
  'lpt¹',
  'CONIN$',
  'conout$',
  'prn .txt',
  'a:b',
  'C:x',
  'a\\b',
  '..\\x',
  'a*',
  'a?',
  'a"',
  'a<b',
  'a>b',
  'a|b',
  'a\nb',
  'a\x7f',
  '\x1b[31m',
  'a.',
  'a ',
  '...',
  '.cas.',
  '.cas ',
  '.git.',
  '.cas::$INDEX_ALLOCATION',
  'CAS~1',
  'cas~2',
  'GIT~1',
  'ca1f00~1',
  'GI7EBA~1',
  '.c\u200cas',
  '.g\u200dit',
  '.GIT',
  '.\ufeffcas',
];
const acceptedNames = [
  'a',
  '.git',
  '.gitignore',
  '.casignore',
  '.cas2',
  'a.b',
  '.a',
  'console',
  'nul2',
  'com',
  'com10',
  'lpt',
  'auxiliary',

  'a b',
  ' a',
  '~',
  'progra~1',
  'ä',
  'a\u0301',
  '文',
  '🜁',
  'ﬁ',
  'ß',
  '-rf',
  "a'b",
  'a;b',
  '%41',
  '$x',
  '#',
  '@',
  '{}',
];

describe('findPortableNameFault()', () => {
  test.for(refusedNames)('refuses %j', (name) => {
    expect(findPortableNameFault(bytesOf(name))).toBeTypeOf('string');
  });

  test.for(acceptedNames)('accepts %j', (name) => {
    expect(findPortableNameFault(bytesOf(name))).toBeUndefined();
  });

  test('refuses every name that is not text, has a control, or ends in what Windows drops', () => {
    fc.assert(
      fc.property(anyName(), (name) => {
        const text = decodeText(name);
        const isBad = text === undefined || /[\0-\x1f\x7f<>:"/\\|?*]|[. ]$/.test(text);
        if (isBad) expect(findPortableNameFault(name)).toBeDefined();
      }),
    );
  });
});

describe('findPortableTargetFault()', () => {
  test.for([
    ['a', 1],
    ['../a', 2],
    ['..', 2],
    ['../../x/y', 3],
    ['./a//b/', 1],
    ['./../a', 2],
    ['..//.././a', 3],
    ['.', 1],
    ['...', 1],
  ] as const)('accepts %j at depth %i', ([target, depth]) => {
    expect(findPortableTargetFault(bytesOf(target), depth)).toBeUndefined();
  });

  test.for([
    ['/etc/passwd', 1],
    ['//x', 1],
    ['C:x', 1],
    ['a:b', 1],
    ['c:/x', 1],
    ['\\\\server\\share', 1],
    ['a\\..\\..', 3],
    ['..', 1],
    ['../../x', 2],
    ['./../x', 1],
    ['a/../b', 3],
    ['a/b/../../../..', 3],
    ['x\ny', 1],
  ] as const)('refuses %j at depth %i', ([target, depth]) => {
    expect(findPortableTargetFault(bytesOf(target), depth)).toBeTypeOf('string');
  });

  test('refuses a target that is not text', () => {
    expect(findPortableTargetFault(raw('\xff'), 1)).toBeTypeOf('string');
  });
});

describe('checkPortable()', () => {
  test.for([
    ['A', 'a'],
    ['e\u0301', '\u00e9'],
    ['É', 'e\u0301'],
    ['ss', 'ß'],
    ['fi', 'ﬁ'],
    ['K', '\u212a'],
    ['a', 'a\u200c'],
    ['Σ', 'ς'],
  ])('refuses %j beside %j', async ([left, right]) => {
    expect(foldName(left!)).toBe(foldName(right!));
    const members = [file(left!), file(right!)].sort((one, other) => Buffer.compare(one.name, other.name));
    await expect(check([folder('d', members)])).rejects.toMatchObject({
      name: 'RefusedError',
      code: 'NOT_PORTABLE',
      message: expect.stringContaining("'d/"),
    });
  });

  test('accepts the same name in two folders, and what differs by more than case', async () => {
    await check([
      folder('A', [file('x')]),
      folder('b', [file('X')]),
      file('c'),
      folder('d', [file('a'), file('b')]),
    ]);
  });

  test('finds a fault however deep it is, and says where', async () => {
    const members = [folder('a', [file('x'), folder('y', [symlink('up', '../../..')])]), file('z')];
    await expect(check(members)).rejects.toThrow("cannot export 'a/y/up' to every system");
    await expect(check([folder('a', [folder('b', [file('nul')])])])).rejects.toThrow("'a/b/nul'");
  });

  test('accepts plain names', async () => {
    const names = fc.uniqueArray(anyPlainName(), {
      maxLength: 8,
      selector: (name) => String(decodeText(name)),
    });
    await fc.assert(
      fc.asyncProperty(names, async (all) => {
        const plain = all.filter((name) => !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/.test(decodeText(name)!));
        await check(plain.sort(Buffer.compare).map((name) => file(name)));
      }),
      { numRuns: 50 },
    );
  });

  test('is asked before anything is written', async () => {
    const objects = memoryStore();
    const { id } = await storeMembers(objects, [file('a'), file('nul')]);
    const target = `/tmp/caskit-never-${process.pid}`;
    const view = openView(objects, { treeId: id });
    await expect(view.toFolder(target, { profile: 'portable' })).rejects.toMatchObject({
      code: 'NOT_PORTABLE',
    });
    await expect(view.toFolder(`${target}/x`)).rejects.toMatchObject({ code: 'FOLDER_NOT_FOUND' });
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import { CasError } from '../../src/errors/errors.ts';
import { streamOf } from '../../src/flow/byte-stream.ts';
import { NO_ATTRIBUTES } from '../../src/object/attributes.ts';
import { ArchiveTree } from '../../src/tar/archive-tree.ts';
import type { TarMember } from '../../src/tar/member.ts';

function member(kind: TarMember['kind'], path: string, target = 't'): TarMember {
  const named = { path: encodeText(path), offset: 0, attributes: NO_ATTRIBUTES, modifiedSeconds: 0 };
  const linkTarget = encodeText(target);
  switch (kind) {
    case 'file':
      return { ...named, kind, isExecutable: false, sizeBytes: 0, content: streamOf() };
    case 'folder':
      return { ...named, kind };
    case 'symlink':
      return { ...named, kind, linkTarget };
    case 'hardlink':
      return { ...named, kind, linkTarget, isExecutable: false };
  }
}

/** The same rules over one flat map of whole paths. */
class Model {
  readonly #places = new Map<string, 'file' | 'symlink' | 'folder'>();

  add({ kind, path, target }: { kind: TarMember['kind']; path: string; target: string }): string | undefined {
    const names = path.split('/');
    const parents = names.slice(0, -1).map((_, index) => names.slice(0, index + 1).join('/'));
    for (const parent of parents) {
      const place = this.#places.get(parent) ?? 'folder';
      if (place !== 'folder') return 'TAR_UNDER_FILE';
      this.#places.set(parent, 'folder');
    }
    const before = this.#places.get(path);
    if (before !== undefined && (before !== 'folder' || kind !== 'folder')) return 'TAR_DUPLICATE';
    if (kind === 'hardlink' && this.#places.get(target) !== 'file') return 'TAR_LINK_INVALID';
    this.#places.set(path, kind === 'hardlink' ? 'file' : kind);
    return undefined;
  }
}

describe('ArchiveTree', () => {
  test('decides as the rules do over a flat map of paths', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
      .map((names) => names.join('/'));
    const step = fc.record({
      kind: fc.constantFrom<TarMember['kind']>('file', 'folder', 'symlink', 'hardlink'),
      path,
      target: path,
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const tree = new ArchiveTree();
        const model = new Model();
        for (const { kind, path, target } of steps) {
          const expected = model.add({ kind, path, target });
          expect(codeOf(() => tree.add(member(kind, path, target)))).toBe(expected);
          if (expected !== undefined) return;
        }
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['A', 'a'],
    ['\u00e9', 'e\u0301'],
    ['ß', 'ss'],
    ['ﬁ', 'fi'],
  ])('takes %s and %s for two names', (left, right) => {
    const tree = new ArchiveTree();
    tree.add(member('file', left));
    tree.add(member('file', right));
  });

  test('takes a folder again, named by a path before or after', () => {
    const tree = new ArchiveTree();
    for (const [kind, path] of [
      ['file', 'd/x'],
      ['folder', 'd'],
      ['folder', 'd'],
      ['file', 'd/y'],
    ] as const)
      tree.add(member(kind, path));
  });

  test('lets a hard link be linked to', () => {
    const tree = new ArchiveTree();
    tree.add(member('file', 't'));
    tree.add(member('hardlink', 'a', 't'));
    tree.add(member('hardlink', 'b', 'a'));
  });

  test('counts the folders that only paths name', () => {
    const tree = new ArchiveTree({ maxPlaces: 1000 });
    tree.add(member('file', `1${'/d'.repeat(990)}`));
    expect(codeOf(() => tree.add(member('file', `2${'/d'.repeat(990)}`)))).toBe('TAR_TOO_MANY_ENTRIES');
  });
});

function codeOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof CasError) return error.code;
    throw error;
  }
}

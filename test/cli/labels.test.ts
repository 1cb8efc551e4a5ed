/** `labels`, `label`, `reflog` and `forget`: names of versions, and what happened to them. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type CasRun, cas } from './cas-process.ts';
import { filledStore } from './filled-store.ts';

let cwd = '';
beforeEach(async () => {
  cwd = await filledStore();
});

function run(args: readonly string[], input = ''): Promise<CasRun> {
  return cas(args, { cwd, input });
}

/** What each label is, by name. */
async function labels(): Promise<Record<string, { id: string; protected: boolean; keep: string }>> {
  const { stdout } = await run(['labels', '--json']);
  const lines = stdout.split('\n').slice(0, -1);
  return Object.fromEntries(
    lines.map((line) => {
      const { name, ...rest } = JSON.parse(line) as {
        name: string;
        id: string;
        protected: boolean;
        keep: string;
      };
      return [name, rest];
    }),
  );
}

async function idOf(revision: string): Promise<string> {
  const { stdout } = await run(['show', '--json', revision]);
  return (JSON.parse(stdout) as { id: string }).id;
}

describe('cas label', () => {
  test('makes, moves, takes back, protects, renames and deletes', async () => {
    expect(await run(['label', 'create', 'stable', 'set/main~1'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^'stable' is at [0-9a-f]{12}\n$/) as unknown,
    });
    expect((await run(['label', 'create', 'stable', 'set/main'])).stderr).toMatch(
      /^cas: label 'stable' is there already, at /,
    );
    await run(['label', 'move', 'stable', 'set/main', '--expect', 'set/main~1']);
    expect((await run(['label', 'move', 'stable', 'set/main~1', '--expect', 'none'])).code).toBe(4);
    expect((await labels())['stable']!.id).toBe(await idOf('set/main'));
    await run(['label', 'undo', 'stable']);
    await run(['label', 'protect', 'stable']);
    const refused = await run(['label', 'delete', 'stable']);
    expect(refused).toMatchObject({ code: 6, stdout: '' });
    expect(refused.stderr).toBe(
      "cas: label 'stable' is protected\nhint: run 'cas label unprotect stable', or say '--force'\n",
    );
    await run(['label', 'keep', 'stable', '30d']);
    const renamed = await run(['label', 'rename', '--force', 'stable', 'solid']);
    expect(renamed.stderr).toBe("'solid' is what was 'stable'\n");
    expect((await labels())['solid']).toMatchObject({
      id: await idOf('set/main~1'),
      protected: true,
      keep: '30d',
    });
    expect((await run(['label', 'unprotect', 'solid'])).code).toBe(0);
    expect((await run(['label', 'delete', 'solid', 'set/main'])).stderr).toMatch(
      /'solid' is gone; it was at sha256:/,
    );
    expect(await labels()).toEqual({});
  });

  test('makes all changes of --stdin, or none', async () => {
    const [first, second] = [await idOf('set/main~1'), await idOf('set/main')];
    const good = '# two at once\ncreate a set/main~1\n\n  move\tset/main set/main~1 set/main \n';
    const { stdout, code } = await run(['label', '--stdin', '--json'], good);
    expect(code).toBe(0);
    expect(
      stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { name: 'a', before: null, after: first, protected: false, keep: 'all' },
      { name: 'set/main', before: second, after: first, protected: false, keep: 'all' },
    ]);
    for (const [lines, exit, message] of [
      ['delete a\nmove set/main a none\n', 4, /^cas: label 'set\/main' is there already/],
      ['delete a\nremove b\n', 2, /^cas: line 2: /],
      ['delete a\ndelete b c d\n', 2, /^cas: line 2: /],
      ['delete a\ndelete nope\n', 3, /^cas: label 'nope' not found\n/],
      ['delete a\nprotect a\n', 2, /^cas: label 'a' is edited twice/],
    ] as const) {
      const failed = await run(['label', '--stdin'], lines);
      expect([failed.code, failed.stdout]).toEqual([exit, '']);
      expect(failed.stderr).toMatch(message);
    }
    expect(Object.keys(await labels())).toEqual(['a', 'set/main']);
  });

  test('says which change was meant, and what each takes', async () => {
    expect((await run(['label', 'renam', 'a', 'b'])).stderr).toContain("did you mean 'cas label rename'?");
    const { code, stderr } = await run(['label', 'move', 'set/main']);
    expect([code, stderr]).toEqual([2, expect.stringContaining("hint: write 'cas label move NAME REV'")]);
    expect((await run(['label', 'move', 'nope', 'set/main'])).stderr).toBe(
      "cas: label 'nope' not found\nhint: run 'cas labels'\n",
    );
    expect((await run(['label', '--help'])).stdout).toMatch(/keep NAME all\|N\|Nd/);
  });
});

describe('cas labels', () => {
  test('lists names, ids, days and subjects, by how they begin or by a pattern', async () => {
    await run(['label', '--stdin'], 'create old set/main~1\ncreate set/b set/main~1\n');
    await run(['label', '--stdin'], 'protect old\nkeep set/b 3\n');
    const { stdout } = await run(['labels']);
    expect(stdout.replace(/[0-9a-f]{12}/g, 'ID').split('\n')).toEqual([
      'old       ID  2026-01-31  [protected] first',
      'set/b     ID  2026-01-31  [keep 3] first',
      'set/main  ID  2026-01-31  second %1B[31mred',
      '',
    ]);
    expect((await run(['labels', '-z', 'set/'])).stdout).toBe('set/b\0set/main\0');
    expect((await run(['labels', '-z', '*/m*'])).stdout).toBe('set/main\0');
    expect((await run(['labels', 'nope'])).stdout).toBe('');
  });
});

describe('cas reflog', () => {
  test('tells what a label was, when, by whom and why', async () => {
    await run(['label', 'move', 'set/main', 'set/main~1', '-m', 'a bad build']);
    await run(['label', 'protect', 'set/main']);
    const lines = (await run(['reflog', 'set/main'])).stdout.split('\n').slice(0, -1);
    expect(
      lines.map((line) =>
        line
          .replace(/^\S+ {2}/, '')
          .replace(/^[0-9a-f]{12}/, 'ID')
          .replace(/ \(.*/, ''),
      ),
    ).toEqual([
      '[protected, keep all]  protect',
      'ID  set/main@{0}  a bad build',
      expect.stringMatching(/^ID {2}set\/main@\{1\} {2}commit /) as unknown,
      expect.stringMatching(/^ID {2}set\/main@\{2\} {2}commit /) as unknown,
    ]);
    const { stdout } = await run(['reflog', '--json', '-n', '2', 'set/main']);
    const [, moved] = stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(moved).toMatchObject({
      index: 0,
      after: await idOf('set/main@{0}'),
      before: await idOf('set/main@{1}'),
      why: 'a bad build',
    });
    expect(await run(['reflog', 'nope'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("run 'cas labels'") as unknown,
    });
  });
});

describe('cas forget', () => {
  test('says what stays, what is left out, and what other labels hold', async () => {
    const unsaid = await run(['forget', 'set/main']);
    expect([unsaid.code, unsaid.stderr]).toEqual([2, expect.stringContaining("--keep 10', or '--keep 90d'")]);
    await run(['label', 'create', 'twin', 'set/main']);
    expect((await run(['forget', 'set/main', '--keep', '0'])).stdout).toBe(
      "'set/main' has 2 snapshots: nothing was forgotten\nleft whole where this label shares history with it: twin\n",
    );
    await run(['label', 'delete', 'twin']);
    expect((await run(['forget', 'set/main', '--keep', '0'])).stdout).toBe(
      "'set/main' has 1 snapshot: 1 older one forgotten, and still in the store\n",
    );
    expect((await run(['log', 'set/main'])).stdout).toContain('(what came before was forgotten)');
    expect((await run(['forget', 'set/main', '--keep', '5', '--json'])).stdout).toBe(
      '{"label":"set/main","kept":1,"forgotten":0,"sharedWith":[]}\n',
    );
  });
});

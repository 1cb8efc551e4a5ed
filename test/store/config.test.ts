/** What a store is, as its config says, and where stores are found and made. */
import { createFsFromVolume, Volume } from 'memfs';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/bytes/text.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { nodeFiles } from '../../src/files/node-files.ts';
import { findStore, initStore, openStore } from '../../src/index.ts';
import { decodeConfig, encodeConfig, warningsOf } from '../../src/store/config.ts';
import { parseSetting, SETTINGS } from '../../src/store/settings.ts';

const ID = '12345678-1234-1234-1234-123456789abc';

function volume(): FileSystem {
  // The volume's types are wider than what it gives for the calls that are made.
  return nodeFiles(createFsFromVolume(Volume.fromJSON({ '/a/b/.keep': '', '/a/file': '' })) as never);
}

function config(change: Readonly<Record<string, unknown>>): Uint8Array {
  const whole = { format: 1, id: ID, objectFormat: 'sha256', requires: [], settings: {}, ...change };
  return encodeText(JSON.stringify(whole));
}

describe('a config', () => {
  test('comes back as it was written, its settings in order', () => {
    const settings = new Map<string, string | number>([
      ['zlib.level', 9],
      ['user.name', 'Ann'],
    ]);
    const bytes = encodeConfig({ id: ID, settings });
    expect(decodeConfig(bytes)).toEqual({ id: ID, settings });
    expect(new TextDecoder().decode(bytes).indexOf('user.name')).toBeLessThan(
      new TextDecoder().decode(bytes).indexOf('zlib'),
    );
    expect(encodeConfig(decodeConfig(bytes))).toEqual(bytes);
  });

  test.each([
    ['of a newer format', config({ format: 2 }), 'FORMAT_TOO_NEW'],
    [
      'of a newer format with other members',
      encodeText('{"format":2,"requires":[],"x":1}'),
      'FORMAT_TOO_NEW',
    ],
    ['that needs what is unknown', config({ requires: ['packs'] }), 'REQUIREMENT_UNKNOWN'],
    ['without a format', config({ format: undefined }), 'CONFIG_INVALID'],
    ['with half a format', config({ format: 1.5 }), 'CONFIG_INVALID'],
    ['with a bad id', config({ id: 'me' }), 'CONFIG_INVALID'],
    ['of other objects', config({ objectFormat: 'sha1' }), 'CONFIG_INVALID'],
    ['with more members', config({ more: 1 }), 'CONFIG_INVALID'],
    ['with a list of settings', config({ settings: [] }), 'CONFIG_INVALID'],
    ['with a nested setting', config({ settings: { user: { name: 'x' } } }), 'CONFIG_INVALID'],
    ['with a bad value of a known setting', config({ settings: { 'zlib.level': 10 } }), 'CONFIG_INVALID'],
    ['that is no object', encodeText('[]'), 'CONFIG_INVALID'],
    ['that is nothing', encodeText(''), 'CONFIG_INVALID'],
    ['that is no text', Uint8Array.from([0xff]), 'CONFIG_INVALID'],
    ['that is long', encodeText(' '.repeat(65_537)), 'CONFIG_INVALID'],
    ['that is deep', encodeText('['.repeat(60_000)), 'CONFIG_INVALID'],
  ])('%s is refused', (_, bytes, code) => {
    expect(() => decodeConfig(bytes)).toThrow(expect.objectContaining({ code }) as Error);
  });

  test('with an unknown setting is taken, and warned of', () => {
    const known = decodeConfig(config({ settings: { 'pack.window': 10, 'user.name': 'Ann' } }));
    expect(warningsOf(known)).toEqual(["setting 'pack.window' is unknown to this version, and is not used"]);
    expect(decodeConfig(encodeConfig(known))).toEqual(known);
  });

  test('takes only settings that there are, with values that they may have', () => {
    expect(parseSetting('zlib.level', '0')).toBe(0);
    expect(parseSetting('shared', 'group')).toBe('group');
    const bad: Record<string, string> = {
      'zlib.level': 'ten',
      shared: 'all',
      'user.name': 'a\nb',
      'user.mail': '<x>',
    };
    for (const [key, value] of Object.entries(bad))
      expect(() => parseSetting(key, value)).toThrow(
        expect.objectContaining({ code: 'SETTING_INVALID' }) as Error,
      );
    expect(() => parseSetting('user', 'x')).toThrow(`no setting is named 'user'`);
    for (const key of ['__proto__', 'constructor', ...[...SETTINGS.keys()].map((key) => key.toUpperCase())])
      expect(() => parseSetting(key, '1')).toThrow(
        expect.objectContaining({ code: 'SETTING_UNKNOWN' }) as Error,
      );
  });
});

describe('a store', () => {
  test('is found in the folder, in those above it, and by its own path', async () => {
    const files = volume();
    await (await initStore('/a', { files })).close();
    for (const start of ['/a', '/a/b', '/a/.cas', '/a/b/no/such'])
      expect(await findStore(start, { files })).toBe('/a/.cas');
    for (const path of ['/a', '/a/.cas']) expect((await openStore(path, { files })).path).toBe('/a/.cas');
    await expect(findStore('/', { files })).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await expect(openStore('/a/b', { files })).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await expect(openStore('/a/file', { files })).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
  });

  test('is found through a symlink, and not through one that leads nowhere or to a file', async () => {
    const files = volume();
    await (await initStore('/a/b', { files })).close();
    for (const [link, target] of [
      ['/a/.cas', 'b/.cas'],
      ['/link', '/a/b'],
      ['/a/nowhere', 'no'],
      ['/a/odd', 'file'],
    ] as const)
      await files.makeSymlink(encodeText(target), link);
    expect(await findStore('/a', { files })).toBe('/a/.cas');
    for (const path of ['/a', '/link', '/link/.cas']) {
      await using store = await openStore(path, { files });
      await store.put('hello');
    }
    for (const path of ['/a/nowhere', '/a/odd'])
      await expect(openStore(path, { files })).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
  });

  test('is made once, where there is a folder for it', async () => {
    const files = volume();
    await (await initStore('/a/b', { files, settings: { 'zlib.level': '9' } })).close();
    await expect(initStore('/a/b', { files })).rejects.toMatchObject({
      name: 'ConflictError',
      code: 'STORE_EXISTS',
    });
    await expect(initStore('/a/no', { files })).rejects.toMatchObject({ code: 'FOLDER_NOT_FOUND' });
    await expect(initStore('/a/b', { files, settings: { colour: 'red' } })).rejects.toMatchObject({
      code: 'SETTING_UNKNOWN',
    });
    const store = await openStore('/a/b', { files });
    expect(store.settings.get('zlib.level')).toBe(9);
    await store.setSetting('user.name', 'Ann');
    await expect(store.setSetting('user.nick', 'A')).rejects.toMatchObject({ code: 'SETTING_UNKNOWN' });
    const again = await openStore('/a/b', { files });
    expect([again.id, again.settings.get('user.name')]).toEqual([store.id, 'Ann']);
    expect((await files.list('/a/b'))!.map(({ name }) => String.fromCharCode(...name)).sort()).toEqual([
      '.cas',
      '.keep',
    ]);
  });
});

/** What package.json promises: exact versions, no dependency for nothing, and files that the build makes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly types: string;
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.c?ts$/.test(path))
  .map((path) => readFileSync(join('src', path), 'utf8'));

test('every version is exact', () => {
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

test('every dependency is imported, and every package imported is a dependency', () => {
  const imported = new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/(?:\bfrom|\bimport)[ (]+'((?:@[\w-]+\/)?[\w-]+)(?:\/[^']*)?'/g)].map(
        ([, name]) => name!,
      ),
    ),
  );
  expect([...imported].sort()).toEqual(Object.keys(manifest.dependencies).sort());
});

test('the lock file pins the same versions', () => {
  const lock: { packages: Record<string, { version?: string }> } = JSON.parse(
    readFileSync('package-lock.json', 'utf8'),
  );
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version);
  }
});

test.skipIf(!existsSync('dist'))('everything that the package points at was built', () => {
  const targets = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target),
  );
  const named = [...Object.values(manifest.bin), manifest.types, ...manifest.files, ...targets];
  expect(named.filter((path) => !path.startsWith('!') && !existsSync(path))).toEqual([]);
});

test('the lock file holds every package that it names, those of other platforms too', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, Record<string, Record<string, string>>>;
  };
  const held = new Set(Object.keys(lock.packages).map((path) => path.replace(/^.*node_modules\//, '')));
  const named = Object.values(lock.packages).flatMap(({ dependencies, optionalDependencies }) =>
    Object.keys({ ...dependencies, ...optionalDependencies }),
  );
  expect(named.filter((name) => !held.has(name))).toEqual([]); // else `npm ci` refuses it
});

/**
 * TypeScript modules that can be had anew as often as wanted: each is compiled once, and what it holds goes with the
 * set of modules that it belongs to.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileFunction } from 'node:vm';
import { transformSync } from 'esbuild';

/** Packages are those that are installed here, wherever the sources were copied to. */
const requirePackage = createRequire(import.meta.url);

const PARAMETERS = ['exports', 'require', 'module', '__url', '__dirname'];

/** By path: a module as a function of what it needs. @type {Map<string, Function>} */
const compiled = new Map();

/** @param {string} path */
function compile(path) {
  const { code } = transformSync(readFileSync(path, 'utf8'), {
    loader: 'ts',
    format: 'cjs',
    target: 'node20',
    sourcefile: path,
    define: { 'import.meta.url': '__url', 'import.meta.dirname': '__dirname' },
    supported: { 'dynamic-import': false },
  });
  return compileFunction(code, PARAMETERS, { filename: path });
}

/**
 * A loader that shares no module with any other loader.
 *
 * @param {Readonly<Record<string, unknown>>} given modules by the names that they are imported by, for packages
 * @returns {(path: string) => unknown} loads the module at an absolute path, once
 */
export function freshModules(given) {
  /** @type {Map<string, { exports: unknown }>} */
  const loaded = new Map();
  return function load(path) {
    const known = loaded.get(path);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(path, module); // before it has run: modules may import each other
    const work = compiled.get(path) ?? compile(path);
    compiled.set(path, work);
    /** @param {string} name */
    const require = (name) => {
      if (Object.hasOwn(given, name)) return given[name];
      const isSource = name.startsWith('.') && name.endsWith('.ts');
      return isSource ? load(resolve(dirname(path), name)) : requirePackage(name);
    };
    work(module.exports, require, module, pathToFileURL(path).href, dirname(path));
    return module.exports;
  };
}

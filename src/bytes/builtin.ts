/**
 * What Node has and other runtimes have not, such as `node:crypto`: a value that is `undefined` elsewhere.
 *
 * On Node this is what an import would give. No import names it but for its types, so a bundler for browsers has nothing to look for.
 */
import type * as NodeBuffer from 'node:buffer';
import type * as NodeCrypto from 'node:crypto';
import type * as NodeOs from 'node:os';
import type * as NodeZlib from 'node:zlib';

interface Builtins {
  readonly 'node:buffer': typeof NodeBuffer;
  readonly 'node:crypto': typeof NodeCrypto;
  readonly 'node:os': typeof NodeOs;
  readonly 'node:zlib': typeof NodeZlib;
}

interface Runtime {
  readonly process?: { readonly getBuiltinModule?: (name: string) => unknown };
}

/** A module of the runtime's own; `undefined` where the runtime is not Node. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  const { process } = globalThis as Runtime;
  return process?.getBuiltinModule?.(name) as Builtins[Name] | undefined;
}

/**
 * Compiles the kernel into src/kernel/module.ts, unless that is newer than all it is made of.
 *
 *   node assembly/build.mjs
 */
import { existsSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HERE = new URL('.', import.meta.url);
const TARGET = new URL('../src/kernel/module.ts', HERE);
const MAX_PAGES = 16_384; // 1 GiB

if (!isBuilt()) writeModule(await compile());

function isBuilt() {
  if (!existsSync(TARGET)) return false;
  const builtMs = statSync(TARGET).mtimeMs;
  return readdirSync(HERE).every((name) => statSync(new URL(name, HERE)).mtimeMs <= builtMs);
}

async function compile() {
  const { default: asc } = await import('assemblyscript/asc');
  const written = new Map();
  const { error, stderr } = await asc.main(
    [
      ...['kernel.ts', '--outFile', 'kernel.wasm', '--baseDir', fileURLToPath(HERE)],
      ...['-O3', '--runtime', 'stub', '--use', 'abort=', '--initialMemory', '1'],
      ...['--maximumMemory', String(MAX_PAGES)],
    ],
    { writeFile: (name, contents) => void written.set(name, contents) },
  );
  const said = stderr.toString(); // warnings too, and a kernel with those is not built
  if (error || said) throw new Error(`cannot compile the kernel: ${error?.message ?? ''}\n${said}`);
  return written.get('kernel.wasm');
}

/** By a rename, so that nobody who builds or tests at the same time reads half of it. */
function writeModule(wasm) {
  const temporary = new URL(`module.ts.${process.pid}.tmp`, TARGET);
  writeFileSync(
    temporary,
    `/** The compiled kernel, ${wasm.length} bytes of WebAssembly in base64. Made by assembly/build.mjs: do not edit. */\n` +
      `export const KERNEL_MODULE: string =\n  '${Buffer.from(wasm).toString('base64')}';\n`,
  );
  renameSync(temporary, TARGET);
}

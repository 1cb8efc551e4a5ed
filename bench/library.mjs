/** The library as it was built: its front door, and the rooms behind it that are measured alone. */
const BUILT = new URL('../dist/lib/', import.meta.url);

/** @param {string} path */
const load = (path) => import(new URL(path, BUILT).href);

// Types are those of the sources: nothing needs to be built to check them.

/** @returns {Promise<typeof import('../src/index.ts')>} */
export const loadLibrary = () => load('index.js');

/** @returns {Promise<typeof import('../src/semiont.ts')>} */
export const loadSemiont = () => load('semiont.js');

/** @returns {Promise<typeof import('../src/semiont/layout.ts')>} */
export const loadLayouts = () => load('semiont/layout.js');

/** @returns {Promise<typeof import('../src/zlib/choose.ts')>} */
export const loadCodec = () => load('zlib/choose.js');

/** @returns {Promise<typeof import('../src/kernel/kernel.ts')>} */
export const loadKernel = () => load('kernel/kernel.js');

/** @returns {Promise<typeof import('../src/pack/delta.ts')>} */
export const loadDelta = () => load('pack/delta.js');

/** @returns {Promise<typeof import('../src/pack/idx.ts') & typeof import('../src/pack/idx-pages.ts') & typeof import('../src/pack/pack-rows.ts')>} */
export async function loadIdx() {
  const rooms = await Promise.all(['pack/idx.js', 'pack/idx-pages.js', 'pack/pack-rows.js'].map(load));
  return Object.assign({}, ...rooms);
}

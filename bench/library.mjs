/** The library as it was built: its front door, and the rooms behind it that are measured alone. */
const BUILT = new URL('../dist/lib/', import.meta.url);

/** Types are those of the sources, so that nothing needs to be built to check them. @param {string} path */
const load = (path) => import(new URL(path, BUILT).href);

/** @returns {Promise<typeof import('../src/index.ts')>} */
export const loadLibrary = () => load('index.js');

declare module 'linkfs' {
  /** `fs` with paths that begin with the first word led to where the second one says. */
  export function link<Fs>(
    fs: Fs,
    rewrites: readonly [string, string] | readonly (readonly [string, string])[],
  ): Fs;
}

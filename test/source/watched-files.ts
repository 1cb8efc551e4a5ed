/** File systems that tell a test of every call before it is made, and of every call on the files they open. */
import { formatPath } from '../../src/files/file-error.ts';
import type { FileStat, FileSystem } from '../../src/files/file-system.ts';

/** `open`, `list`, … and for open files `file.read`, `file.stat`, … What it throws, the call throws. */
export type Watcher = (call: string, path: string) => unknown;

export function watchFiles(inner: FileSystem, watcher: Watcher): FileSystem {
  return watch(inner, '', (call, path) => watcher(call, path));
}

/** As `inner`, but nothing is synced: for tests that are not about power cuts, and are to be quick. */
export function withoutSync(inner: FileSystem): FileSystem {
  return watch(inner, '', () => {}, new Set(['syncFolder', 'file.sync']));
}

/** As `inner`, with a clock that ticks so seldom: files that are written within a tick have one time. */
export function withCoarseClock(inner: FileSystem, tickNs: bigint): FileSystem {
  const coarse = (stat: FileStat): FileStat => ({
    ...stat,
    modifiedNs: stat.modifiedNs - (stat.modifiedNs % tickNs),
    changedNs: stat.changedNs - (stat.changedNs % tickNs),
  });
  const coarsen = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return async (...given: unknown[]): Promise<unknown> => {
          const answer: unknown = await Reflect.apply(value, target, given);
          if (name === 'open' && answer) return coarsen(answer);
          return name === 'stat' && answer ? coarse(answer as FileStat) : answer;
        };
      },
    });
  return coarsen(inner);
}

function watch<Target extends object>(
  target: Target,
  prefix: string,
  watcher: Watcher,
  left: ReadonlySet<string> = new Set(),
  openPath?: string,
): Target {
  return new Proxy(target, {
    get: (_, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const call = prefix + String(name);
      if (String(name).endsWith('Now')) {
        return (...given: unknown[]): unknown => {
          const path = openPath ?? formatPath(given[0] as string | Uint8Array);
          watcher(call, path);
          const answer: unknown = Reflect.apply(value, target, given);
          return name === 'openNow' && answer ? watch(answer, 'file.', watcher, left, path) : answer;
        };
      }
      return async (...given: unknown[]): Promise<unknown> => {
        const path = openPath ?? formatPath(given[0] as string | Uint8Array);
        await watcher(call, path);
        if (left.has(call)) return undefined;
        const answer: unknown = await Reflect.apply(value, target, given);
        return name === 'open' && answer ? watch(answer, 'file.', watcher, left, path) : answer;
      };
    },
  });
}

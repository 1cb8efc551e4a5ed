/** Being told of changes in a folder by the system, as far as it does. */
import { type FSWatcher, watch } from 'node:fs';

/** As `FileSystem.watch`, on the machine's own disks. A folder that cannot be watched is not: nobody is told, or fails. */
export function watchFolder(folder: string, onChange: () => void): () => void {
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(folder, { persistent: false }, onChange);
    watcher.on('error', () => watcher?.close()); // such as where the folder went, or there are too many
  } catch {
    return () => undefined;
  }
  return () => watcher?.close();
}

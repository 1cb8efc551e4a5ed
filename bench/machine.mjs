/** What a reader has to know of the machine that measured; nothing that names it. */
import { execFileSync } from 'node:child_process';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';

/** @param {string} folder where stores are made: its file system matters @returns {Record<string, string>} */
export function describeMachine(folder) {
  const model = cpus()[0]?.model.trim() ?? '';
  return {
    processor: `${availableParallelism()} × ${model || 'unknown'}, ${arch()}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${platform()} ${release().replace(/[^\d.].*/, '')}`,
    'file system': fileSystemOf(folder),
  };
}

/** @param {string} folder */
function fileSystemOf(folder) {
  try {
    return execFileSync('stat', ['-f', '-c', '%T', folder], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

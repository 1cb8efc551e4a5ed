/**
 * What every tool that is compared can be asked for. A place is a folder that holds what it keeps, and nothing else.
 *
 * @typedef {import('../measure.mjs').Bench} Bench
 * @typedef {import('../measure.mjs').Command} Command
 *
 * @typedef {ReadonlyMap<string, number>} Contents sizes of all different files, by their SHA-256 in hex
 *
 * @typedef {object} Tool
 * @property {string} name
 * @property {(bench: Bench) => string} version; throws where it is not installed
 * @property {(bench: Bench, place: string) => void} init
 * @property {(place: string, folder: string) => Command} add the folder becomes the next version
 * @property {((place: string) => Command) | undefined} repack as small as it gets by its own means
 * @property {(place: string) => Command} check everything is read and proved
 * @property {((place: string, ids: string) => Command) | undefined} catMany prints what has the ids in a file
 * @property {((bench: Bench, place: string, contents: Contents) => string[]) | undefined} contentIds of all files
 * @property {(place: string) => Command} exportTar the newest version, to standard output
 * @property {(place: string) => string} objects the folder whose files are counted
 * @property {Exchange | undefined} exchange with other machines
 *
 * @typedef {object} Exchange
 * @property {(place: string) => readonly string[]} serve over http, to be written to as well; its first line is a URL
 * @property {(url: string, place: string) => Command} clone all that is at the URL, written out nowhere
 * @property {(place: string, url: string) => Command} push the newest version
 * @property {(place: string, name: string, age: number) => Command} label names the version that has so many after it
 * @property {(place: string, name: string, path: string) => Command} bundle of the version of this name, for who has
 *   the one before it
 */
import { cas } from './cas.mjs';
import { borg, git, restic } from './peers.mjs';

/** Our own, first. @type {readonly Tool[]} */
export const TOOLS = [cas, git, restic, borg];

/**
 * Those of `names` that are installed, and ours.
 *
 * @param {Bench} bench
 * @param {readonly string[]} names
 */
export function findTools(bench, names) {
  const unknown = names.find((name) => !TOOLS.some((tool) => tool.name === name));
  if (unknown !== undefined) throw new Error(`no peer is named '${unknown}'`);
  const wanted = TOOLS.filter(({ name }) => name === cas.name || names.includes(name));
  return wanted.flatMap((tool) => {
    try {
      return [{ tool, version: tool.version(bench) }];
    } catch (error) {
      if (tool === cas) throw error;
      process.stderr.write(`bench: '${tool.name}' is not installed: its columns stay empty\n`);
      return [];
    }
  });
}

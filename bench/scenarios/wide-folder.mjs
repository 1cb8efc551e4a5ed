/** One changed file in a folder of 50,000: what a commit costs where almost nothing is new. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prose } from '../random.mjs';

const FILES = 50_000;
const FILES_A_FOLDER = 100;
const FILE_BYTES = 1_000;
/** Only these keep a cache of what is unchanged and make one version an addition to the last. */
const COMPARED = ['cas', 'git'];

/** @param {import('../sitting.mjs').Sitting} sitting */
export function measureWideFolder({ bench, tools, runs, wants, record, scale }) {
  if (!wants('folder')) return;
  const folder = bench.fresh('wide-folder');
  const text = prose(50);
  const count = Math.round(FILES * scale);
  for (let at = 0; at < count; at++) writeFileSync(placed(folder, at), text(FILE_BYTES));
  let changed = -1;
  /** Once a round: whoever comes second finds the same file changed, and no other. @param {number} round */
  const changeOne = (round) => {
    if (round === changed) return;
    changed = round;
    writeFileSync(placed(folder, (round * 7919) % count), text(FILE_BYTES));
  };
  const subjects = tools
    .filter(({ name }) => COMPARED.includes(name))
    .map((tool) => {
      const place = bench.fresh(`${tool.name}-wide`);
      tool.init(bench, place);
      bench.run(tool.add(place, folder));
      return { name: tool.name, prepare: changeOne, command: () => tool.add(place, folder) };
    });
  record('folder', bench.inTurn(subjects, runs));
}

/** @param {string} folder @param {number} at */
function placed(folder, at) {
  const inner = join(folder, `folder-${Math.floor(at / FILES_A_FOLDER)}`);
  if (at % FILES_A_FOLDER === 0) mkdirSync(inner, { recursive: true });
  return join(inner, `file-${at}.txt`);
}

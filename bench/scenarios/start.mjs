/** How long a command takes that does nothing. */
import { CAS } from '../tools/cas.mjs';

/** @param {import('../sitting.mjs').Sitting} sitting */
export function measureStart({ bench, runs, wants, record }) {
  if (!wants('start')) return;
  const version = { argv: [...CAS, '--version'] };
  const nothing = { argv: [process.execPath, '-e', '0'] };
  const subjects = [
    { name: 'cas', command: () => version },
    { name: 'node', command: () => nothing },
  ];
  record('start', bench.inTurn(subjects, runs * 4)); // short, so noisy: more of them cost nothing
}

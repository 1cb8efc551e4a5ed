/** `cas fsck`: checks a whole store. */
import type { Finding, ProgressEvent, Severity } from '../../index.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { count } from '../format.ts';
import type { Output } from '../output.ts';

const STYLES = { error: 'red', warning: 'yellow', info: 'dim' } as const;
const SEVERITY_COLUMNS = 8;

export const fsck: Command = {
  spec: {
    usage: 'fsck',
    summary: 'check every object, every label, and everything that labels reach',
    about:
      'Reads all of the store and changes nothing. Prints a line for each finding: how bad it is, its name, what it is.\n' +
      'errors mean that something is lost or damaged, and end with exit code 5; warnings are odd; infos tell of left-overs\n' +
      'and of what was purged, which harm nothing.\n' +
      'With --repair what has a sound copy anywhere in the store is mended, and what is left is told of after that.\n' +
      'docs/fsck.md explains every finding.',
    options: {
      repair: { kind: 'flag', about: 'mend what can be mended; what is damaged moves to .cas/lost' },
    },
    examples: [
      ['cas fsck', 'checks the store'],
      ['cas fsck --repair', 'mends what can be mended, and tells what is left'],
      ['cas fsck --json', 'prints each finding as JSON, then the summary'],
    ],
  },
  async run(args, { out, progress, signal, store }) {
    const found: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
    let checked = 0;
    const apart = { repairs: 0, purged: 0, promised: 0 };
    const onProgress = (event: ProgressEvent): void => {
      if (event.unit === 'objects') checked = Math.max(checked, event.done);
      progress.show(event);
    };
    const mode = args.flag('repair') ? 'repair' : 'check';
    for await (const finding of (await store()).fsck({ mode, onProgress, signal })) {
      progress.clear();
      found[finding.severity]++;
      if (finding.id === 'repaired') apart.repairs++;
      if (finding.id === 'object-purged') apart.purged++;
      if (finding.id === 'contents-promised') apart.promised++;
      await printFinding(out, finding);
    }
    progress.clear();
    const { error: errors, warning: warnings, info: infos } = found;
    if (out.format === 'json') await out.json({ checked, errors, warnings, infos });
    else await out.line(`checked ${count(checked, 'object')}: ${summaryOf(found, apart)}`);
    return errors > 0 ? EXIT.corrupt : EXIT.ok;
  },
};

async function printFinding(out: Output, finding: Finding): Promise<void> {
  if (out.format === 'json') return out.json(finding);
  const { severity, id, message, hint } = finding;
  await out.line(
    `${out.style(STYLES[severity], severity.padEnd(SEVERITY_COLUMNS))}${id}: ${out.safe(message)}`,
  );
  if (hint !== undefined) await out.line(`${' '.repeat(SEVERITY_COLUMNS)}hint: ${out.safe(hint)}`);
}

function summaryOf(
  { error, warning, info }: Readonly<Record<Severity, number>>,
  apart: { readonly repairs: number; readonly purged: number; readonly promised: number },
): string {
  const { repairs, purged, promised } = apart;
  if (error + warning + info === promised) return 'nothing is wrong';
  const parts = [
    count(error, 'error'),
    count(warning, 'warning'),
    count(info - repairs - purged - promised, 'left-over'),
    count(purged, 'purged content'),
    count(repairs, 'repair'),
  ];
  return parts.filter((part) => !part.startsWith('0 ')).join(', ');
}

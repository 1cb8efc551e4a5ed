/** docs/commands.md and the command say the same. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CommandSpec, OptionSpec } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { EXIT } from '../../src/cli/exit-code.ts';
import { usageOf } from '../../src/cli/usage.ts';

const page = readFileSync('docs/commands.md', 'utf8');

/** The cells of each row of the tables below a heading. */
function rowsBelow(heading: string): string[][] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  const lines = own.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function rowOf(spec: CommandSpec): string[] {
  const options = Object.entries(spec.options ?? {}).map(
    ([name, option]) => `\`${optionText(name, option)}\``,
  );
  return [`\`cas ${usageOf(spec)}\``, spec.summary, options.join(', ').replaceAll('|', '\\|')];
}

function optionText(name: string, { alias, value }: OptionSpec): string {
  return [...(alias ? [`-${alias}`] : []), `--${name}`, ...(value ? [value] : [])].join(' ');
}

test('every command stands in its group, with what it takes and does, and every option', async () => {
  for (const group of new Set(COMMANDS.map((listed) => listed.group))) {
    const commands = await Promise.all(
      COMMANDS.filter((listed) => listed.group === group).map((listed) => listed.load()),
    );
    const heading = group.charAt(0).toUpperCase() + group.slice(1);
    expect(rowsBelow(heading), heading).toEqual(commands.map(({ spec }) => rowOf(spec)));
  }
});

test('every exit code is told', () => {
  expect(rowsBelow('Exit codes').map(([code]) => Number(code))).toEqual(Object.values(EXIT));
});

test('every environment variable of ours is told', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  const text = sources.map((path) => readFileSync(join('src', path), 'utf8')).join('\n');
  const used = new Set(text.match(/\bCAS_[A-Z_]+\b|\bSOURCE_DATE_EPOCH\b|\bNO_COLOR\b/g));
  const told = rowsBelow('Environment variables').map(([name = '']) => name.replaceAll('`', ''));
  expect(told.sort()).toEqual([...used].sort());
});

test('every command that prints data has its keys told', () => {
  const told = rowsBelow('JSON').flatMap(([names = '']) => names.match(/[a-z][a-z-]+(?=`)/g) ?? []);
  const bytes = ['cat', 'export', 'have', 'completion', 'tour'];
  const names = COMMANDS.map(({ name }) => name).filter((name) => !bytes.includes(name));
  expect(new Set(told)).toEqual(new Set(names));
});

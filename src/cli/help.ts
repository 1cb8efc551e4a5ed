/** The help: of all commands, and of one. */
import type { CommandSpec, OptionSpec } from './command.ts';
import { COMMANDS } from './commands.ts';
import { GLOBAL_OPTIONS, usageOf } from './usage.ts';

const MIN_NAME_COLUMNS = 24;

export async function overview(): Promise<string> {
  const lines = [
    'usage: cas COMMAND [ARGUMENTS]',
    '',
    'cas keeps every version of files and folders, each content once.',
  ];
  let group = '';
  for (const listed of COMMANDS) {
    if (listed.group !== group) lines.push('', `${listed.group}:`);
    group = listed.group;
    const { spec } = await listed.load();
    lines.push(`  ${listed.name.padEnd(12)} ${spec.summary}`);
  }
  lines.push('', "Run 'cas COMMAND --help' for one command, and 'cas tour' to see it work.");
  return `${lines.join('\n')}\n`;
}

export function helpOf(spec: CommandSpec): string {
  const lines = [`usage: cas ${usageOf(spec)}`, '', `${capital(spec.summary)}.`];
  if (spec.about !== undefined) lines.push('', spec.about);
  const own = Object.entries(spec.options ?? {});
  if (own.length > 0) lines.push('', 'options:', ...own.map(optionLine));
  lines.push('', 'options of every command:', ...Object.entries(GLOBAL_OPTIONS).map(optionLine));
  lines.push('', spec.examples.length === 1 ? 'example:' : 'examples:');
  for (const [command, does] of spec.examples) lines.push(`  ${command}`, `      ${does}`);
  return `${lines.join('\n')}\n`;
}

function optionLine([name, option]: readonly [string, OptionSpec]): string {
  const short = option.alias === undefined ? '    ' : `-${option.alias}, `;
  const value = option.value === undefined ? '' : ` ${option.value}`;
  return `  ${`${short}--${name}${value}`.padEnd(MIN_NAME_COLUMNS)}  ${option.about}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The words of the command that leads to a store on another machine. */
import { InvalidInputError } from '../errors/errors.ts';
import type { SshAddress } from './address.ts';
import type { Environment } from './tokens.ts';

export interface SshCommand {
  readonly program: string;
  readonly words: readonly string[];
}

/**
 * `ssh`, or what CAS_SSH says in its place, told to run `cas serve --stdio` there, or what CAS_REMOTE_COMMAND says in
 * place of `cas`. Nothing of `address` can be an option, or a command of the shell at the other end.
 *
 * @throws InvalidInputError `SSH_COMMAND_INVALID` for a CAS_SSH that is no command
 */
export function sshCommand({ user, host, port, path }: SshAddress, environment: Environment): SshCommand {
  const [program, ...options] = splitWords(environment['CAS_SSH'] || 'ssh');
  if (program === undefined)
    throw new InvalidInputError('SSH_COMMAND_INVALID', 'CAS_SSH is no command', {
      hint: "write a program and its options, such as 'ssh -i KEY'",
    });
  const place = user === undefined ? host : `${user}@${host}`;
  const remote = environment['CAS_REMOTE_COMMAND'] || 'cas';
  const isOption = path.startsWith('-');
  const command = `${remote} serve --stdio ${quote(isOption ? `./${path}` : path)}`;
  return {
    program,
    words: [...options, '-T', ...(port === undefined ? [] : ['-p', `${port}`]), place, '--', command],
  };
}

/** Words with spaces between them; a part in quotes is taken as it is. */
function splitWords(text: string): string[] {
  const words = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}

/** One word for a POSIX shell, and for csh, which reads `!` inside quotes. */
function quote(text: string): string {
  return `'${text.replace(/['!]/g, (character) => `'\\${character}'`)}'`;
}

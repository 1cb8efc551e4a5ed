import { parseWord } from '../arguments.ts';
import type { Command } from '../command.ts';
import { completionsOf } from '../completions.ts';

/**
 * Bash cuts words at colons, which revisions have: the whole word is taken from the line, and what stands before
 * the last colon, which is on the line already, is taken off the candidates.
 */
const BASH = `# cas completion for bash: source <(cas completion bash)
_cas() {
  local line=\${COMP_LINE:0:COMP_POINT} words word candidate
  read -a words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  word=\${words[\${#words[@]}-1]}
  local known=
  [[ $word == *:* && $COMP_WORDBREAKS == *:* ]] && known=\${word%"\${word##*:}"}
  COMPREPLY=()
  while IFS= read -r candidate; do
    printf -v candidate '%q' "\${candidate#"$known"}"
    COMPREPLY+=("$candidate")
  done < <(cas completion --words -- "\${words[@]:1}" 2>/dev/null)
  [[ \${COMPREPLY[0]-} == */ || \${COMPREPLY[0]-} == *: ]] && compopt -o nospace
  return 0
}
complete -o default -F _cas cas
`;

const ZSH = `#compdef cas
# cas completion for zsh: source <(cas completion zsh)
_cas() {
  local -a found
  found=("\${(@f)$(cas completion --words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n \${found[1]} ]]; then
    compadd -Q -S '' -- "\${(@M)found:#*/}"
    compadd -Q -- "\${(@)found:#*/}"
  else
    _files
  fi
}
if [[ \${funcstack[1]} == _cas ]]; then _cas "$@"; else compdef _cas cas; fi
`;

const FISH = `# cas completion for fish: cas completion fish | source
function __cas_words
    set -l words (commandline -opc) (commandline -ct)
    set -l found (cas completion --words -- $words[2..-1] 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c cas -f -a '(__cas_words)'
`;

const SCRIPTS: ReadonlyMap<string, string> = new Map([
  ['bash', BASH],
  ['zsh', ZSH],
  ['fish', FISH],
]);

export const completion: Command = {
  spec: {
    usage: 'completion [shell]',
    behindDashes: 'WORD…',
    summary: 'print a script that completes commands, options and revisions',
    about:
      'SHELL is bash, zsh or fish. Labels are completed from the store of the current folder, and after a colon paths.',
    options: {
      words: { kind: 'flag', about: 'print what could come next after the words behind --, as scripts ask' },
    },
    words: [...SCRIPTS.keys()],
    examples: [
      ['source <(cas completion bash)', 'completes in this shell; put it into ~/.bashrc to keep it'],
      ['cas completion fish > ~/.config/fish/completions/cas.fish', 'completes in every fish'],
    ],
  },
  async run(args, { out, commands, store }) {
    if (args.flag('words')) {
      for (const candidate of await completionsOf(args.rest, { commands, store })) await out.line(candidate);
      return;
    }
    const shell = parseWord(args.text('shell') ?? '', { command: 'completion', words: [...SCRIPTS.keys()] });
    await out.line(SCRIPTS.get(shell)!.trimEnd());
  },
};

package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// The scripts pass words on unchanged and evaluate nothing that was typed.
const bashCompletion = `# bash completion for insomnia: source <(insomnia completion bash)
_insomnia() {
  local cur=${COMP_WORDS[COMP_CWORD]} words=("${COMP_WORDS[@]:0:COMP_CWORD}") line
  [[ $cur == -* ]] && words+=("$cur")
  COMPREPLY=()
  while IFS= read -r line; do
    line=${line%%:*}
    [[ $line == "$cur"* ]] && COMPREPLY+=("$line")
  done < <("${words[@]}" --generate-bash-completion 2>/dev/null)
}
complete -o bashdefault -o default -o nospace -F _insomnia insomnia
`

const zshCompletion = `#compdef insomnia
# zsh completion for insomnia: source <(insomnia completion zsh)
_insomnia() {
  local -a candidates
  local current=${words[CURRENT]}
  if [[ $current == -* ]]; then
    candidates=("${(@f)$("${(@)words[1,CURRENT-1]}" "$current" --generate-bash-completion 2>/dev/null)}")
  else
    candidates=("${(@f)$("${(@)words[1,CURRENT-1]}" --generate-bash-completion 2>/dev/null)}")
  fi
  if [[ -n ${candidates[1]} ]]; then
    _describe 'insomnia' candidates
  else
    _files
  fi
}
compdef _insomnia insomnia
`

const fishNames = `
# The names of profiles, Pods and secrets come from the program.
function __insomnia_names
    set -l words (commandline -opc)
    $words --generate-bash-completion 2>/dev/null | string replace -r ':.*' ''
end
complete -c insomnia -f -n '__fish_seen_subcommand_from resolve show explain diff default grant revoke new resume reload rollback rm export check render set bind exec test' -a '(__insomnia_names)'
`

// completingFlag reports whether the word to complete is a flag.
func completingFlag() bool { return strings.HasPrefix(os.Args[max(0, len(os.Args)-2)], "-") }

// completeNames completes the names of profiles, or else what the command has itself.
// Nothing is evaluated.
func (p *program) completeNames(c *cli.Context) {
	if completingFlag() {
		cli.DefaultCompleteWithFlags(c.Command)(c)
		return
	}
	dir, err := os.Getwd()
	if err != nil {
		return
	}
	for _, name := range catalog.Open(dir, insomnia.Library).Names() {
		fmt.Fprintln(c.App.Writer, diag.Escape(name, false))
	}
}

func (p *program) completionCommand() *cli.Command {
	return &cli.Command{
		Name:        "completion",
		Usage:       "print the completion script of a shell",
		ArgsUsage:   "bash|zsh|fish",
		Description: "For example, in ~/.bashrc: source <(insomnia completion bash)",
		Action: func(c *cli.Context) error {
			if err := arguments(c, 1, "bash|zsh|fish"); err != nil {
				return err
			}
			switch shell := c.Args().First(); shell {
			case "bash":
				return p.write([]byte(bashCompletion))
			case "zsh":
				return p.write([]byte(zshCompletion))
			case "fish":
				app := p.app("")
				app.Setup()
				script, err := app.ToFishCompletion()
				if err != nil {
					return err
				}
				return p.write([]byte(script + fishNames))
			case "":
				return diag.Errorf(diag.ExitUsage, "usage", "for which shell?").Expectedf("bash, zsh or fish")
			default:
				return diag.Errorf(diag.ExitUsage, "usage", "there is no completion for `%s`", shell).Expectedf("bash, zsh or fish")
			}
		},
	}
}

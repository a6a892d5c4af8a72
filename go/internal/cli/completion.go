package cli

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/catalog"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/look"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
)

// completing is the argument with which the completion scripts ask for candidates. The
// words after it are those after the name of the program; the last one is to be completed
// and may be empty.
const completing = "--complete"

// completionTime is the time after which a completion ends without candidates. Tests with
// real shells replace it.
var completionTime = time.Second

// outputsTime is the part of it that the names of a flake's profiles may take.
var outputsTime = 50 * time.Millisecond

// The scripts ask the program on PATH, whatever path was typed: a repository may have a
// file `insomnia`. They pass words on unchanged and evaluate nothing that was typed.

// Bash splits words at `:` and `=`, and replaces only what follows the last of them.
const bashCompletion = `# bash completion for insomnia: source <(insomnia completion bash)
_insomnia_unquote() {
  local text=$1 c
  unquoted= quote=
  while [[ -n $text ]]; do
    c=${text:0:1} text=${text:1}
    if [[ $c == "$quote" ]]; then
      quote=
    elif [[ -z $quote && $c == [\"\'] ]]; then
      quote=$c
    elif [[ $c == \\ && $quote != \' ]]; then
      [[ -n $quote && $text != [\"\\\$\` + "`" + `]* ]] && unquoted+=$c
      unquoted+=${text:0:1} text=${text:1}
    else
      unquoted+=$c
    fi
  done
}
_insomnia() {
  local line=${COMP_LINE:0:COMP_POINT} words=() last=-1 i unquoted quote replaced= value
  for ((i = 0; i <= COMP_CWORD; i++)); do
    if [[ $i == 0 || $line == [[:space:]]* ]]; then
      line=${line#"${line%%[![:space:]]*}"}
      words[++last]=
    fi
    words[last]+=${line:0:${#COMP_WORDS[i]}}
    line=${line:${#COMP_WORDS[i]}}
  done
  for i in "${!words[@]}"; do
    _insomnia_unquote "${words[i]}"
    words[i]=$unquoted
  done
  if [[ -z $quote && $unquoted == *[:=]* ]]; then
    [[ $unquoted == *=* && $COMP_WORDBREAKS == *=* ]] && replaced=${unquoted%"${unquoted##*=}"}
    [[ ${unquoted#"$replaced"} == *:* && $COMP_WORDBREAKS == *:* ]] && replaced=${unquoted%"${unquoted##*:}"}
  fi
  COMPREPLY=()
  while IFS=$'\t' read -r value _; do
    [[ $value == "$unquoted"* && $value != "$replaced" ]] || continue
    value=${value#"$replaced"}
    printf -v line %q "$value"
    [[ -z $quote || $line == "$value" ]] && COMPREPLY+=("$line")
  done < <(command insomnia --complete "${words[@]:1}" 2>/dev/null)
}
complete -o bashdefault -o default -F _insomnia insomnia
`

const zshCompletion = `#compdef insomnia
# zsh completion for insomnia: source <(insomnia completion zsh)
_insomnia() {
  local -a candidates
  local line value
  for line in "${(@f)$(command insomnia --complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    value=${${line%%$'\t'*}//\\/\\\\}
    candidates+=("${value//:/\\:}:${${line#*$'\t'}:#$line}")
  done
  _describe insomnia candidates && return
  [[ $PREFIX == --*=* ]] && compset -P '*='
  _files
}
compdef _insomnia insomnia
`

const fishCompletion = `# fish completion for insomnia: insomnia completion fish | source
function __insomnia_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found (command insomnia --complete $words[2..-1] "$current" 2>/dev/null)
    printf '%s\n' $found
    if test (count $found) -eq 0; or string match -qr -- '^[.~]|/' "$current"
        set -l flag (string match -r -- '^--[^=]*=' "$current")
        for path in (__fish_complete_path (string replace -- "$flag" '' "$current"))
            printf '%s\n' "$flag$path"
        end
    end
end
complete -c insomnia -f -a '(__insomnia_complete)'
`

// complete prints the candidates for the last word, one a line: the value, and its
// description after a tab. It reads files of the user and the project, evaluates nothing,
// and gives up in time, since a shell waits for it.
func (p *program) complete(ctx context.Context, words []string) error {
	done := make(chan []byte, 1)
	go func() {
		defer func() {
			if recover() != nil {
				done <- nil // a shell shows no defects
			}
		}()
		done <- p.candidates(ctx, words)
	}()
	select {
	case candidates := <-done:
		return p.write(candidates)
	case <-time.After(completionTime):
		return nil
	}
}

func (p *program) candidates(ctx context.Context, words []string) []byte {
	var out bytes.Buffer
	before, current := words[:len(words)-1], words[len(words)-1]
	app := p.app(append(before, "")[0])
	app.Writer, app.Metadata = &out, map[string]any{completing: current}
	line, err := takeApart(app, append([]string{app.Name}, before...))
	if err != nil && line.pending == "" {
		return nil
	}
	flags := append(app.Flags, cli.HelpFlag)
	commands := app.Commands
	if line.command != nil {
		flags, commands = append(line.command.Flags, cli.HelpFlag), line.command.Subcommands
	}
	name, _, assigned := strings.Cut(strings.TrimLeft(current, "-"), "=")
	switch {
	case line.pending != "":
		for _, value := range flagValues(line.names, line.pending) {
			offer(app.Writer, value, "")
		}
	case !line.ended && strings.HasPrefix(current, "--") && assigned:
		for _, value := range flagValues(line.names, name) {
			offer(app.Writer, "--"+name+"="+value, "")
		}
	case !line.ended && strings.HasPrefix(current, "-"):
		for _, f := range flags {
			offerFlag(app.Writer, f, current)
		}
	case len(commands) > 0:
		for _, command := range commands {
			if len(line.rest) == 0 && !command.Hidden {
				offer(app.Writer, command.Name, command.Usage)
			}
		}
	case line.command.BashComplete != nil:
		set := flag.NewFlagSet(line.command.Name, flag.ContinueOnError)
		set.SetOutput(io.Discard)
		for _, f := range line.command.Flags {
			if f.Apply(set) != nil {
				return nil
			}
		}
		if set.Parse(append(append(line.flags, "--"), line.rest...)) != nil {
			return nil
		}
		c := cli.NewContext(app, set, &cli.Context{Context: ctx})
		c.Command = line.command
		line.command.BashComplete(c)
	case line.command != nil && len(line.rest) == 0 && alternatives.Get().MatchString(line.command.ArgsUsage):
		for value := range strings.SplitSeq(line.command.ArgsUsage, "|") {
			offer(app.Writer, value, "")
		}
	}
	return out.Bytes()
}

// alternatives is an argument that is one of a few words, as help shows it.
var alternatives = pattern.Lazy{Text: `^[a-z]+(\|[a-z]+)+$`}

// flagValues returns the values of a flag that takes one of a few.
func flagValues(command []string, name string) []string {
	switch name {
	case "color":
		return []string{look.Auto, look.Always, look.Never}
	case "evaluator":
		return []string{resolve.Embedded, resolve.Nix}
	case "log-level":
		return []string{"trace", "debug", "info", "warn", "error", "off"}
	case "log-format":
		return []string{"text", "json"}
	case "format":
		if slices.Equal(command, []string{"verify"}) {
			return []string{"text", "sarif"}
		}
		return []string{"manifest", "resolved"}
	case "runtime":
		if len(command) > 0 && command[0] == "runtime" {
			return renderedNames()
		}
		return namesOf(drivers.All())
	}
	return nil
}

// offer writes a candidate. It leaves out values that a terminal would not show as they
// are, since the user could not see what is inserted.
func offer(w io.Writer, value, description string) {
	if value == "" || value != diag.Escape(value, false) {
		return
	}
	if description = diag.Cell(description); description != "" {
		description = "\t" + description
	}
	fmt.Fprintf(w, "%s%s\n", value, description)
}

func offerFlag(w io.Writer, f cli.Flag, current string) {
	usage := ""
	if doc, ok := f.(cli.DocGenerationFlag); ok {
		usage = strings.ReplaceAll(doc.GetUsage(), "`", "")
	}
	for _, name := range f.Names() {
		if len(name) > 1 {
			offer(w, "--"+name, usage)
		} else if !strings.HasPrefix(current, "--") {
			offer(w, "-"+name, usage)
		}
	}
}

// completeNames completes the names of profiles, and with their source where one is typed.
// No profile is evaluated.
func (p *program) completeNames(c *cli.Context) {
	dir, err := os.Getwd()
	if err != nil {
		return
	}
	if current, _ := c.App.Metadata[completing].(string); strings.HasPrefix(current, ".#") {
		p.completeOutputs(c)
		return
	}
	r := catalog.Open(dir, insomnia.Library)
	for _, name := range r.Names() {
		offer(c.App.Writer, name, "")
	}
	files, _ := r.Files(false)
	for _, f := range files {
		if current, _ := c.App.Metadata[completing].(string); current != "" && strings.HasPrefix(f.Source+":"+f.Name, current) {
			offer(c.App.Writer, f.Source+":"+f.Name, "")
		}
	}
}

// completeOutputs completes the profiles of the flake in the working directory, if their
// names are known soon: the expression is the author's, and may compute for long.
func (p *program) completeOutputs(c *cli.Context) {
	a, err := p.open(c)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(c.Context, outputsTime)
	defer cancel()
	names, err := a.Outputs(ctx, ".")
	if err != nil {
		return
	}
	for _, name := range names {
		offer(c.App.Writer, ".#"+name, "")
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
				return p.write([]byte(fishCompletion))
			case "":
				return diag.Errorf(diag.ExitUsage, "usage", "missing argument: SHELL").Expectedf("bash, zsh or fish")
			default:
				return diag.Errorf(diag.ExitUsage, "usage", "unknown shell `%s`", shell).Expectedf("bash, zsh or fish")
			}
		},
	}
}

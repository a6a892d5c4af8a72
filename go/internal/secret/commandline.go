package secret

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/envvar"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// more is the last word of a bound command that any further arguments may follow.
const more = "…"

// boundCommand is a command of a binding: [NAME=VALUE]… /PROGRAM [ARGUMENT]… […].
type boundCommand struct {
	env     []string // NAME=VALUE, sorted
	program string   // absolute
	args    []string
	open    bool // further arguments may follow
}

// parseCommand parses the text of a bound command. It does not search for the program,
// which may be relative. The error is the end of a sentence.
func parseCommand(text string) (b boundCommand, err error) {
	text, b.open = cutMore(text)
	words, err := SplitWords(text)
	if err != nil {
		return b, err
	}
	for len(words) > 0 && isAssignment(words[0]) {
		b.env, words = append(b.env, words[0]), words[1:]
	}
	slices.Sort(b.env)
	if len(words) == 0 {
		return b, errors.New("it names no program")
	}
	b.program, b.args = words[0], words[1:]
	return b, nil
}

// cutMore takes the open end off a command: `…`, or ` ...` as it is typed. One
// in quotes is an argument, which shows in that the words before it do not end.
func cutMore(text string) (rest string, open bool) {
	for _, end := range []string{more, " ..."} {
		if rest, ok := strings.CutSuffix(text, end); ok {
			if _, err := SplitWords(rest); err == nil {
				return rest, true
			}
		}
	}
	return text, false
}

// check reports why no profile can match the command, as the end of a sentence.
func (b boundCommand) check() error {
	if !filepath.IsAbs(b.program) {
		return errors.New("its program is not an absolute path")
	}
	if filepath.Clean(b.program) != b.program {
		return errors.New("the path of its program is not in its plain form")
	}
	last := ""
	for _, assignment := range b.env {
		name, value, _ := strings.Cut(assignment, "=")
		switch {
		case name == last:
			return errors.New("it sets the variable " + name + " twice")
		case envvar.Dangerous(name) != "":
			return errors.New("it sets the variable " + name + ", which " + envvar.Dangerous(name))
		case envvar.Harmless(name, value):
			return errors.New("it sets the variable " + name + ", which every profile may set")
		}
		last = name
	}
	return nil
}

func (b boundCommand) String() string {
	text := JoinWords(append(append(slices.Clone(b.env), b.program), b.args...))
	if b.open {
		text += " " + more
	}
	return text
}

// isAssignment reports whether a word before the program sets a variable.
func isAssignment(word string) bool {
	name, _, ok := strings.Cut(word, "=")
	return ok && manifest.EnvName(name).Constraint().MaxLength >= len(name) && variableForm.Get().MatchString(name)
}

// BindCommand returns the text of a bound command as it is written to a config:
// its program is the absolute path that the word resolves to now, as it is found
// on PATH, with links as they are.
func BindCommand(text string) (string, error) {
	b, err := parseCommand(text)
	if err == nil {
		if b.program, err = ProgramPath(b.program); err != nil {
			return "", err
		}
	}
	if err == nil {
		err = b.check()
	}
	if err != nil {
		return "", refuseCommand(text, err.Error()).Expectedf("[NAME=VALUE]… PROGRAM [ARGUMENT]…, with %s at the end where more arguments may follow", more)
	}
	if _, err := exec.LookPath(b.program); err != nil {
		return "", notFound(b.program)
	}
	return b.String(), nil
}

func refuseCommand(text, why string) *diag.Error {
	return diag.Errorf(diag.ExitUsage, "secret-command", "cannot bind a secret to the command %s: %s", text, why)
}

func notFound(program string) *diag.Error {
	return diag.Errorf(diag.ExitMissing, "secret-program", "program not found: %s", shell(program)).
		Hintf("install it, then repeat the command; see what your PATH has: command -v %s", shell(program))
}

// ProgramPath returns the absolute path of the program that a word means: an absolute
// path, or a bare name that is found on the PATH of this process. The code that starts
// a bound command starts this path.
//
// A relative path is refused, and so is a name that only a relative entry of PATH has:
// both point into the working directory, where a project may place files. So is a path
// with `..`, which means a different program after a link.
func ProgramPath(word string) (string, error) {
	if filepath.IsAbs(word) {
		if strings.Contains(word+"/", "/../") {
			return "", diag.Errorf(diag.ExitRefused, "secret-program", "the program %s has .. in its path", shell(word)).
				Hintf("write its path without: realpath %s", shell(word))
		}
		return filepath.Clean(word), nil
	}
	if word == "" || hasFolder(word) {
		e := diag.Errorf(diag.ExitRefused, "secret-program", "the program %s is a relative path, which depends on the working directory", shell(word))
		if absolute, err := filepath.Abs(word); err == nil && word != "" {
			if _, err := os.Stat(absolute); err == nil {
				return "", e.Hintf("write its absolute path: %s", shell(absolute))
			}
		}
		return "", e.Expectedf("an absolute path, or the name of a program on your PATH")
	}
	path, err := exec.LookPath(word)
	switch {
	case errors.Is(err, exec.ErrDot) || err == nil && !filepath.IsAbs(path):
		return "", diag.Errorf(diag.ExitRefused, "secret-program", "the program %s is found only by a relative entry of PATH", shell(word)).
			Hintf("write its absolute path, or take the relative entry out of PATH")
	case err != nil:
		return "", notFound(word)
	}
	return filepath.Clean(path), nil
}

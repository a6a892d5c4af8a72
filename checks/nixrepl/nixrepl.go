// Package nixrepl evaluates many expressions with the installed Nix, in one process:
// `nix repl` continues after an error.
package nixrepl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Answer is the result of an expression.
type Answer struct {
	// Answered is false where Nix ended, or took too long, before it got there.
	Answered bool
	// Value is the value, printed in full, of an expression that has one.
	Value string
	// Failed marks an expression without an answer.
	Failed bool
	// Message is the last message of an expression that fails, one line or more.
	Message string
	// File, Line and Column are the last place that is printed with the error;
	// Line is 0 where there is none.
	File         string
	Line, Column int
	// Traced are the messages of builtins.trace and warn.
	Traced []string
}

// Options configure how to run Nix.
type Options struct {
	Args []string
	// Dir is the working directory. Default "/".
	Dir string
	// Env is added to the environment.
	Env []string
	// Timeout bounds all of the expressions. Default a minute.
	Timeout time.Duration
}

// Version returns what `nix --version` prints last, or "" when there is no Nix.
func Version() string {
	out, err := exec.Command("nix", "--version").Output()
	fields := strings.Fields(string(out))
	if err != nil || len(fields) == 0 {
		return ""
	}
	return fields[len(fields)-1]
}

const mark = "@@nixrepl "

// Ask evaluates expressions of one line each. An expression that ends Nix has
// no answer; those behind it are asked of another process.
func Ask(exprs []string, o Options) ([]Answer, error) {
	answers := make([]Answer, len(exprs))
	for from := 0; from < len(exprs); {
		n, err := ask(exprs[from:], answers[from:], o)
		if err != nil {
			return nil, err
		}
		// The one that was not answered is left out.
		from += n + 1
	}
	return answers, nil
}

// ask returns how many expressions were answered.
func ask(exprs []string, answers []Answer, o Options) (int, error) {
	var input strings.Builder
	for i, x := range exprs {
		if strings.ContainsAny(x, "\n\r\x00") {
			return 0, fmt.Errorf("nixrepl: more than one line: %q", x)
		}
		fmt.Fprintf(&input, "__trace \"%s%d\" null\n:p %s\n", mark, i, x)
	}
	fmt.Fprintf(&input, "__trace \"%s%d\" null\n", mark, len(exprs))
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	ctx, cancel := context.WithTimeout(context.Background(), o.Timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "nix", append([]string{"repl", "--show-trace"}, o.Args...)...)
	cmd.Dir = o.Dir
	if cmd.Dir == "" {
		cmd.Dir = "/"
	}
	cmd.Env = append(os.Environ(), "NO_COLOR=1", "NIX_PATH=",
		"NIX_CONFIG=experimental-features = nix-command flakes\nbuild-users-group =\nwarn-dirty = false\nsubstituters =")
	cmd.Env = append(cmd.Env, o.Env...)
	cmd.Stdin = strings.NewReader(input.String())
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return 0, err
	}
	parts := strings.Split(colors.ReplaceAllString(out.String(), ""), "\ntrace: "+mark)
	if len(parts) == 1 {
		return 0, fmt.Errorf("nixrepl: no answer: %.2000s", out.String())
	}
	n := 0
	for _, part := range parts[1:] {
		number, rest, _ := strings.Cut(part, "\n")
		i, err := strconv.Atoi(number)
		if err != nil || i >= len(exprs) {
			continue
		}
		_, rest, ok := strings.Cut(rest, "\nnix-repl> :p ")
		if !ok {
			continue
		}
		body, _, complete := strings.Cut(rest, "\nnix-repl> __trace \""+mark)
		if !complete {
			continue
		}
		_, body, _ = strings.Cut(body, "\n")
		answers[i] = Parse(strings.Trim(body, "\n"))
		n = i + 1
	}
	return n, nil
}

var (
	colors  = regexp.MustCompile("\x1b\\[[0-9;]*m")
	message = regexp.MustCompile(`^ *error:(?: (.*))?$`)
	place   = regexp.MustCompile(`^ +at (.*):(\d+):(\d+):$`)
	traced  = regexp.MustCompile(`^(trace|evaluation warning): `)
)

// Parse reads what Nix printed about one expression.
func Parse(text string) Answer {
	a := Answer{Answered: true}
	lines := strings.Split(text, "\n")
	for len(lines) > 0 && traced.MatchString(lines[0]) {
		a.Traced = append(a.Traced, lines[0])
		lines = lines[1:]
	}
	last := -1
	for i, line := range lines {
		if message.MatchString(line) {
			last = i
		}
	}
	if last < 0 {
		a.Value = strings.Join(lines, "\n")
		return a
	}
	a.Failed = true
	a.Message = message.FindStringSubmatch(lines[last])[1]
	indent := len(lines[last]) - len(strings.TrimLeft(lines[last], " "))
	for _, line := range lines[last+1:] {
		if line == "" || place.MatchString(line) {
			break
		}
		a.Message += "\n" + strings.TrimPrefix(line, strings.Repeat(" ", max(indent, 7)))
	}
	for _, line := range lines {
		if m := place.FindStringSubmatch(line); m != nil {
			a.File = m[1]
			a.Line, _ = strconv.Atoi(m[2])
			a.Column, _ = strconv.Atoi(m[3])
		}
	}
	return a
}

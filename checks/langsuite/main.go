// Command langsuite runs Nix's own language tests (NixOS/nix,
// tests/functional/lang) through the embedded evaluator and prints figures:
//
//	go run ./checks/langsuite [-v] [-nix] DIR
//
// A parse or eval-okay test passes when the output is the expected one, a
// parse-fail test when message and place are, an eval-fail test when it fails
// of itself (not of something that the embedded evaluator lacks). How many of
// the eval-fail messages equal the expected ones is printed as well.
//
// With -nix the installed Nix runs the eval-fail tests too, and the share of
// equal last messages and of equal last positions must reach the figures below.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"github.com/insomnia-pods/insomnia/checks/nixrepl"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/resolver"
	"github.com/insomnia-pods/insomnia/go/nix/source"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// at is the directory of the suite according to the expected outputs.
const at = "/pwd/lang"

func main() {
	verbose := flag.Bool("v", false, "print each failing test")
	only := flag.String("run", "", "run tests whose name contains this")
	withNix := flag.Bool("nix", false, "compare messages and positions with the installed Nix")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: langsuite [-v] [-run PART] DIR")
		os.Exit(2)
	}
	ok := true
	s := suite{dir: flag.Arg(0), verbose: *verbose, only: *only, nix: *withNix}
	ok = s.group("parse-okay", s.parseOkay, 1) && ok
	ok = s.group("parse-fail", s.parseFail, 1) && ok
	ok = s.group("eval-okay", s.evalOkay, 147.0/148) && ok
	ok = s.group("eval-fail", s.evalFail, 279.0/283) && ok
	ok = s.share("messages", s.sameMessage, s.messages, 0.93) && ok
	if s.nix {
		fmt.Println("Nix", nixrepl.Version())
		ok = s.share("messages", s.likeNix, s.asked, messageShare) && ok
		ok = s.share("positions", s.placedLikeNix, s.asked, positionShare) && ok
	}
	if !ok {
		os.Exit(1)
	}
}

// The shares of eval-fail tests whose last message and last position must be
// those that Nix prints.
const (
	messageShare  = 0.98
	positionShare = 0.90
)

func (s *suite) share(name string, same, all int, least float64) bool {
	fmt.Printf("%-11s %3d of %d\n", name, same, all)
	return s.only != "" || float64(same) >= least*float64(all)
}

type suite struct {
	dir, only             string
	verbose               bool
	messages, sameMessage int
	// with the installed Nix
	nix                           bool
	asked, likeNix, placedLikeNix int
}

// group runs the tests with a prefix and reports whether the share of passed ones is reached.
func (s *suite) group(prefix string, test func(name string) string, share float64) bool {
	files, _ := filepath.Glob(filepath.Join(s.dir, prefix+"-*.nix"))
	total, passed := 0, 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".nix")
		if !strings.Contains(name, s.only) || exists(filepath.Join(s.dir, name+".exp-disabled")) {
			continue
		}
		total++
		if problem := test(name); problem == "" {
			passed++
		} else if s.verbose {
			fmt.Printf("--- %s: %s\n", name, problem)
		}
	}
	fmt.Printf("%-11s %3d of %d\n", prefix, passed, total)
	return float64(passed) >= share*float64(total)
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func (s *suite) read(name string) string {
	data, _ := os.ReadFile(filepath.Join(s.dir, name))
	return string(data)
}

func parse(text string) (string, error) {
	files := &syntax.FileSet{}
	tree, err := syntax.Parse(text, syntax.Options{Files: files, Name: "«stdin»", Dir: at, Home: "/fake-home"})
	if err != nil {
		return "", err
	}
	known := make(map[string]int)
	for _, name := range eval.Builtins() {
		known[name], known["__"+name] = 0, 0
	}
	if err := resolver.Resolve(tree, resolver.Options{Files: files, Globals: known}); err != nil {
		return "", err
	}
	symbols := syntax.NewSymbols()
	tree.Link(symbols)
	return syntax.Print(tree.Expr, symbols), nil
}

func (s *suite) parseOkay(name string) string {
	got, err := parse(s.read(name + ".nix"))
	if err != nil {
		return err.Error()
	}
	return differ(got, strings.TrimSuffix(s.read(name+".exp"), "\n"))
}

func (s *suite) parseFail(name string) string {
	_, err := parse(s.read(name + ".nix"))
	if err == nil {
		return "parses"
	}
	var bad *syntax.Error
	errors.As(err, &bad)
	lines := strings.Split(s.read(name+".err.exp"), "\n")
	want := strings.TrimPrefix(lines[0], "error: ") + strings.TrimSuffix(strings.TrimPrefix(lines[1], "       "), ":")
	return differ(bad.Msg+"at "+bad.Position.String(), want)
}

func differ(got, want string) string {
	if got == want {
		return ""
	}
	return fmt.Sprintf("\n got: %.600s\nwant: %.600s", got, want)
}

// evaluator returns an evaluator over the suite, and a function that wraps the test.
// With root, files that do not exist are missing, not forbidden.
func (s *suite) evaluator(flags string, root bool) (ev *eval.Evaluator, wrap func(file string) string, cancel func()) {
	o := eval.Options{
		Sources: &source.FS{}, Home: "/fake-home", System: "x86_64-linux",
		Env:            map[string]string{"TEST_VAR": "foo"},
		TOMLTimestamps: strings.Contains(flags, "parse-toml-timestamps"),
	}
	dir, err := source.OpenDir(s.dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	o.Sources.Mount(at, dir)
	if root {
		o.Sources.Mount("/", source.Embedded{FS: fstest.MapFS{}})
	}
	o.Sources.Mount("/nix/store", source.Embedded{FS: fstest.MapFS{}})
	args, attr := "", ""
	words := strings.Fields(flags)
	for i, w := range words {
		switch w {
		case "-I":
			prefix, dir, found := strings.Cut(words[i+1], "=")
			if !found {
				prefix, dir = "", prefix
			}
			o.SearchPath = append(o.SearchPath, eval.SearchEntry{Prefix: prefix, Path: "/pwd/" + dir})
		case "--arg":
			args += words[i+1] + " = " + strings.ReplaceAll(words[i+2], "(lang/", "("+at+"/") + "; "
		case "--argstr":
			args += words[i+1] + " = \"" + words[i+2] + "\"; "
		case "-A":
			attr = "." + words[i+1]
		case "--max-call-depth":
			fmt.Sscan(words[i+1], &o.Limits.Calls)
		}
	}
	for _, d := range []string{"dir3", "dir4"} {
		o.SearchPath = append(o.SearchPath, eval.SearchEntry{Path: at + "/" + d})
	}
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	o.Context = ctx
	wrap = func(file string) string {
		return "let f = import " + file + "; g = builtins.functionArgs f; in (if builtins.isFunction f && g != { } then f (builtins.intersectAttrs g { " + args + " }) else f)" + attr
	}
	return eval.New(o), wrap, func() { stop(); dir.Close() }
}

func (s *suite) evaluate(name, flags string) (*eval.Evaluator, eval.Value, error, func()) {
	ev, wrap, cancel := s.evaluator(flags, strings.HasPrefix(name, "eval-fail"))
	v, err := ev.EvalExpr(wrap(at+"/"+name+".nix"), "«string»", at)
	return ev, v, err, cancel
}

func (s *suite) evalOkay(name string) string {
	ev, v, err, cancel := s.evaluate(name, s.read(name+".flags"))
	defer cancel()
	var got string
	want := s.read(name + ".exp")
	if err == nil {
		if exists(filepath.Join(s.dir, name+".exp.xml")) {
			want = s.read(name + ".exp.xml")
			got, err = ev.PrintXML(v)
		} else {
			got, err = ev.Print(v)
			want = strings.TrimSuffix(want, "\n")
		}
	}
	if err != nil {
		return err.Error()
	}
	return differ(got, want)
}

func (s *suite) evalFail(name string) string {
	ev, v, err, cancel := s.evaluate(name, s.read(name+".flags"))
	defer cancel()
	if err == nil {
		_, err = ev.Print(v)
	}
	if err == nil {
		return "evaluates"
	}
	var e *eval.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	if e.Kind == eval.NeedsNix {
		return e.Msg
	}
	want := ""
	for _, line := range strings.Split(s.read(name+".err.exp"), "\n") {
		if msg, ok := strings.CutPrefix(strings.TrimLeft(line, " "), "error: "); ok {
			want = msg
		}
	}
	s.messages++
	if problem := differ(strings.SplitN(e.Msg, "\n", 2)[0], want); problem == "" {
		s.sameMessage++
	} else if s.verbose && !s.nix {
		fmt.Printf("    %s (message): %s\n", name, problem)
	}
	if s.nix {
		s.compare(name, e)
	}
	return ""
}

// compare holds a failure to what the installed Nix prints for the test.
func (s *suite) compare(name string, e *eval.Error) {
	flags := strings.Fields(s.read(name + ".flags"))
	cmd := exec.Command("nix-instantiate", slices.Concat([]string{"--eval", "--strict", "--show-trace"}, flags, []string{"lang/" + name + ".nix"})...)
	dir, _ := filepath.Abs(s.dir)
	cmd.Dir = filepath.Dir(dir)
	cmd.Env = append(os.Environ(), "NIX_PATH=lang/dir3:lang/dir4", "HOME=/fake-home", "TEST_VAR=foo", "NIX_REMOTE=dummy://", "NO_COLOR=1",
		"NIX_CONFIG=experimental-features = nix-command flakes")
	out, _ := cmd.CombinedOutput()
	want := nixrepl.Parse(strings.ReplaceAll(string(out), cmd.Dir, "/pwd"))
	if !want.Failed {
		if s.verbose {
			fmt.Printf("    %s: Nix evaluates it\n", name)
		}
		return
	}
	s.asked++
	first := func(text string) string { return strings.SplitN(text, "\n", 2)[0] }
	if problem := differ(first(e.Msg), first(want.Message)); problem == "" {
		s.likeNix++
	} else if s.verbose {
		fmt.Printf("    %s (message): %s\n", name, problem)
	}
	place := func(file string, line, column int) string {
		if line == 0 {
			return "nowhere"
		}
		return fmt.Sprintf("%s:%d:%d", file, line, column)
	}
	p := e.Position
	if problem := differ(place(p.File, p.Line, p.Column), place(want.File, want.Line, want.Column)); problem == "" {
		s.placedLikeNix++
	} else if s.verbose {
		fmt.Printf("    %s (position): %s\n", name, problem)
	}
}

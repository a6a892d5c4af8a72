package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// Under the name nix-instantiate the program takes the arguments that scripts
// give to `nix-instantiate --eval`, so that tests of Nix libraries run with it. The
// directory NIXEVAL_STORE, if that is set, stands for the store: with --read-write-mode what
// the result names is written there, and repositories of this machine can be fetched.

type instantiation struct {
	expr, file, attr               string
	hasExpr                        bool
	strict, json, raw, abortOnWarn bool
	write                          bool
	args                           []string // name = value;
	search                         []eval.SearchEntry
}

// withOne are flags that are ignored with their argument.
var withOne = map[string]bool{"--timeout": true, "--store": true, "--extra-experimental-features": true, "--experimental-features": true}

func parseInstantiate(args []string) (*instantiation, error) {
	in := &instantiation{}
	for i := 0; i < len(args); i++ {
		next := func() string {
			if i++; i < len(args) {
				return args[i]
			}
			return ""
		}
		switch a := args[i]; {
		case a == "-E" || a == "--expr":
			// As in nix-instantiate, the expression may come anywhere after it.
			in.hasExpr = true
		case a == "-A" || a == "--attr":
			in.attr = next()
		case a == "--arg":
			name := next()
			in.args = append(in.args, name+" = "+next()+";")
		case a == "--argstr":
			name := next()
			in.args = append(in.args, fmt.Sprintf("%s = builtins.fromJSON %s;", name, nixString(next())))
		case a == "-I":
			in.search = append(in.search, searchEntry(next()))
		case strings.HasPrefix(a, "-I"):
			in.search = append(in.search, searchEntry(a[2:]))
		case a == "--strict":
			in.strict = true
		case a == "--json":
			in.json = true
		case a == "--raw":
			in.raw = true
		case a == "--read-write-mode":
			in.write = true
		case a == "--option":
			if name, value := next(), next(); name == "abort-on-warn" {
				in.abortOnWarn = value == "true"
			}
		case withOne[a]:
			i++
		case strings.HasPrefix(a, "--"):
		case in.hasExpr && in.expr == "":
			in.expr = a
		default:
			in.file = a
		}
	}
	for _, e := range filepath.SplitList(os.Getenv("NIX_PATH")) {
		if e != "" {
			in.search = append(in.search, searchEntry(e))
		}
	}
	if in.expr == "" && in.file == "" {
		return nil, errors.New("no expression and no file")
	}
	return in, nil
}

func searchEntry(s string) eval.SearchEntry {
	prefix, path, ok := strings.Cut(s, "=")
	if !ok {
		prefix, path = "", s
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return eval.SearchEntry{Prefix: prefix, Path: path}
}

// attrPath splits a path at its dots, but for those in quotes.
func attrPath(s string) []string {
	var out []string
	name, quoted := "", false
	for _, c := range s {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '.' && !quoted:
			out = append(out, name)
			name = ""
		default:
			name += string(c)
		}
	}
	return append(out, name)
}

// nixString writes a JSON string as a Nix string.
func nixString(s string) string {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(s)
	return `"\"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`).Replace(quoted) + `\""`
}

func instantiate(args []string) int {
	in, err := parseInstantiate(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return 2
	}
	here, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return 2
	}
	root, err := source.OpenDir("/")
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return 2
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	fs := &source.FS{}
	fs.Mount("/", root)
	env := map[string]string{}
	for _, e := range os.Environ() {
		name, value, _ := strings.Cut(e, "=")
		env[name] = value
	}
	store := os.Getenv("NIXEVAL_STORE")
	var fetcher eval.Fetcher
	if store != "" {
		written, err := source.OpenDir(store)
		if err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			return 2
		}
		fs.Mount("/nix/store", written)
		trees := newWorkTrees(store + "-fetched")
		defer trees.own.Close()
		fetcher = trees
	}
	ev := eval.New(eval.Options{Context: ctx, Sources: fs, SearchPath: in.search, System: "x86_64-linux", Home: os.Getenv("HOME"), Env: env,
		AbortOnWarn: in.abortOnWarn, Fetcher: fetcher, Unlocked: fetcher != nil,
		Trace: func(s string) { fmt.Fprintln(os.Stderr, s) }})
	text := in.expr
	if store != "" {
		text = strings.ReplaceAll(text, store+"/", "/nix/store/")
	}
	if text == "" {
		file, err := filepath.Abs(in.file)
		if err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			return 2
		}
		text = "import (/. + builtins.fromJSON " + nixString(file) + ")"
	}
	call := "f: if builtins.isFunction f && builtins.functionArgs f != { } then f (builtins.intersectAttrs (builtins.functionArgs f) { " + strings.Join(in.args, " ") + " }) else f"
	out, err := func() (string, error) {
		auto, err := ev.EvalExpr(call, "«arguments»", here)
		if err != nil {
			return "", err
		}
		v, err := ev.EvalExpr(text, "«string»", here)
		if err != nil {
			return "", err
		}
		if v, err = ev.Call(auto, v); err != nil {
			return "", err
		}
		if in.attr != "" {
			for _, name := range attrPath(in.attr) {
				next, ok, err := ev.Select(v, name)
				if list, isList := v.(*eval.List); isList {
					var i int
					if n, _ := fmt.Sscan(name, &i); n == 1 && i >= 0 && i < len(list.Elems) {
						next, ok = list.Elems[i], true
						next, err = ev.Force(next)
					}
				}
				if err != nil {
					return "", err
				}
				if !ok {
					return "", fmt.Errorf("attribute '%s' in selection path '%s' not found", name, in.attr)
				}
				if v, err = ev.Call(auto, next); err != nil {
					return "", err
				}
			}
		}
		switch {
		case in.json:
			data, err := ev.ToJSON(v)
			return string(data) + "\n", err
		case in.raw:
			data, err := ev.ToJSON(v)
			return strings.Trim(string(data), `"`), err
		}
		out, err := ev.Print(v)
		return out + "\n", err
	}()
	if err == nil && in.write && store != "" {
		out, err = writeObjects(fs, store, out)
	}
	if err != nil {
		printTrace(err)
		return 1
	}
	fmt.Print(out)
	return 0
}

// escapes are the colors of a terminal, which Nix leaves out where there is none.
var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

// printTrace prints an error as Nix does, with what led to it before it.
func printTrace(err error) {
	var e *eval.Error
	if !errors.As(err, &e) {
		fmt.Fprintln(os.Stderr, "error:", err)
		return
	}
	fmt.Fprintln(os.Stderr, "error:")
	for i := len(e.Trace) - 1; i >= 0; i-- {
		fmt.Fprintf(os.Stderr, "       … %s\n         at %s:\n\n", e.Trace[i].Msg, e.Trace[i].Position)
	}
	fmt.Fprintf(os.Stderr, "       error: %s\n       at %s:\n", strings.ReplaceAll(escapes.ReplaceAllString(e.Msg, ""), "\n", "\n       "), e.Position)
}

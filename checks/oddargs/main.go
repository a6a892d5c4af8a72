// Command oddargs calls every builtin with values of the wrong kind, each
// argument in turn, and compares the message or the type of the result with
// what Nix 2.34 answers:
//
//	go run ./checks/oddargs [-v] [-nix] [-write]
//
// The answers of Nix are in testdata/nix.txt. With -nix the installed Nix is
// asked instead, and -write renews the file.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing/fstest"
	"time"

	"github.com/insomnia-pods/insomnia/checks/nixrepl"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// share is the least share of equal answers.
const share = 0.99

func main() {
	verbose := flag.Bool("v", false, "print each difference")
	withNix := flag.Bool("nix", false, "ask the installed Nix")
	write := flag.Bool("write", false, "write the answers of the installed Nix to testdata/nix.txt")
	flag.Parse()
	list := calls()
	want, err := read(filepath.Join("checks", "oddargs", table))
	if *withNix || *write {
		want, err = askNix(list)
	}
	if err == nil && *write {
		err = os.WriteFile(filepath.Join("checks", "oddargs", table), []byte(render(list, want)), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "oddargs:", err)
		os.Exit(2)
	}
	same, differences := compare(list, want)
	if *verbose {
		fmt.Print(strings.Join(differences, ""))
	}
	fmt.Printf("%d of %d calls have the answer of Nix\n", same, len(list))
	if float64(same) < share*float64(len(list)) {
		os.Exit(1)
	}
}

// compare returns how many calls have the wanted answer, and the differences of the
// others.
func compare(list []call, want []string) (same int, differences []string) {
	for i, c := range list {
		if got := answer(c.expr); got == want[i] {
			same++
		} else {
			differences = append(differences, fmt.Sprintf("%s\n  ours: %.300s\n  Nix:  %.300s\n", c.expr, got, want[i]))
		}
	}
	return same, differences
}

// dir is the working directory of the expressions.
const dir = "/odd"

var files = fstest.MapFS{"file": {Data: []byte("a")}, "file.nix": {Data: []byte("1")}}

// answer returns the result of an expression in the embedded evaluator: its string, or
// the first line of the message.
func answer(expr string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	fs := &source.FS{}
	fs.Mount("/", source.Embedded{FS: fstest.MapFS{}})
	fs.Mount(dir, source.Embedded{FS: files})
	// A search path, so that evaluation is not pure, as in nix repl.
	ev := eval.New(eval.Options{Context: ctx, Sources: fs, SearchPath: []eval.SearchEntry{{Prefix: "none", Path: "/none"}}})
	v, err := ev.EvalExpr(expr, "«string»", dir)
	var text string
	if err == nil {
		text, err = ev.Print(v)
	}
	var e *eval.Error
	if errors.As(err, &e) {
		return "error: " + short(firstLine(e.Msg))
	} else if err != nil {
		return "error: " + err.Error()
	}
	return text
}

// short cuts out what is most of a message that quotes a very big string.
func short(s string) string {
	if len(s) > 400 {
		return fmt.Sprintf("%s … %d … %s", s[:200], len(s), s[len(s)-100:])
	}
	return s
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return strings.TrimRight(s, " ")
}

// askNix asks the installed Nix, in a directory with the same files.
func askNix(list []call) ([]string, error) {
	temp, err := os.MkdirTemp("", "")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	// The name counts in the store path of the directory.
	at := filepath.Join(temp, filepath.Base(dir))
	if err := os.Mkdir(at, 0o755); err != nil {
		return nil, err
	}
	for name, f := range files {
		if err := os.WriteFile(filepath.Join(at, name), f.Data, 0o644); err != nil {
			return nil, err
		}
	}
	exprs := make([]string, len(list))
	for i, c := range list {
		exprs[i] = c.expr
	}
	answers, err := nixrepl.Ask(exprs, nixrepl.Options{Dir: at, Env: []string{"NIX_REMOTE=dummy://?read-only=false"}, Timeout: 5 * time.Minute})
	if err != nil {
		return nil, err
	}
	out := make([]string, len(list))
	for i, a := range answers {
		switch {
		case !a.Answered:
			out[i] = "no answer"
		case a.Failed:
			out[i] = "error: " + short(strings.ReplaceAll(firstLine(a.Message), at, dir))
		default:
			out[i] = `"` + a.Value + `"`
		}
	}
	return out, nil
}

// table is the file of answers: a line for each argument of each builtin with
// the numbers of the answers, and behind an empty line the answers.
var table = filepath.Join("testdata", "nix.txt")

func render(list []call, answers []string) string {
	var rows, texts strings.Builder
	known := map[string]int{}
	for i, c := range list {
		if i%len(values) == 0 {
			fmt.Fprintf(&rows, "%s %d", c.builtin, c.argument)
		}
		n, ok := known[answers[i]]
		if !ok {
			n = len(known)
			known[answers[i]] = n
			texts.WriteString(answers[i] + "\n")
		}
		fmt.Fprintf(&rows, " %d", n)
		if i%len(values) == len(values)-1 {
			rows.WriteByte('\n')
		}
	}
	return rows.String() + "\n" + texts.String()
}

// read reads what render wrote.
func read(file string) ([]string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	rows, rest, _ := strings.Cut(string(data), "\n\n")
	texts := strings.Split(rest, "\n")
	var out []string
	list := calls()
	for row := range strings.Lines(rows) {
		fields := strings.Fields(row)
		if n := len(out); n >= len(list) || fields[0] != list[n].builtin || fields[1] != strconv.Itoa(list[n].argument) {
			return nil, fmt.Errorf("%s does not fit the calls: renew it with -write", file)
		}
		for _, f := range fields[2:] {
			i, err := strconv.Atoi(f)
			if err != nil || i >= len(texts) {
				return nil, fmt.Errorf("%s: bad number %s", file, f)
			}
			out = append(out, texts[i])
		}
	}
	if len(out) != len(list) {
		return nil, fmt.Errorf("%s does not fit the calls: renew it with -write", file)
	}
	return out, nil
}

// Command langfuzz compares the embedded evaluator with the installed Nix on
// generated programs, many in one call of Nix:
//
//	go run ./checks/langfuzz [-n PROGRAMS] [-seed SEED] [-batch SIZE] [-wrong N] [-keep]
//
// The programs use every operator and nearly every pure builtin, and hold JSON,
// TOML and regular expressions; about one expression in N is of a wrong type. It
// prints how often each occurred, and exits with 1 at the first batch with a
// difference (with -keep: at the end), after it has shown the programs that
// differ. Of a program that fails the last message has to be that of Nix; the
// messages of the TOML library are not compared.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/checks/nixrepl"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

func main() {
	programs := flag.Int("n", 2000, "how many programs")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of the generator")
	batch := flag.Int("batch", 250, "programs a call of Nix")
	wrong := flag.Int("wrong", 400, "one expression in `N` has a wrong type; 0: not any")
	keep := flag.Bool("keep", false, "go on after a difference")
	flag.Parse()
	fmt.Println("seed", *seed)
	g := &generator{r: rand.New(rand.NewPCG(*seed, 1)), count: make(map[string]int), wrong: *wrong}
	if digits, err := nix("builtins.toJSON 0.1234567"); err == nil && digits == `"0.1234567"` {
		rules['j'] = append(rules['j'], rule{"json-float", "[ %f %f ]"})
	}
	var err error
	if g.dir, err = makeFiles(); err != nil {
		fmt.Fprintln(os.Stderr, "langfuzz:", err)
		os.Exit(2)
	}
	store = "NIX_REMOTE=" + filepath.Join(g.dir, "root")
	failed, different, done := 0, 0, 0
	for done < *programs && (different == 0 || *keep) {
		var good, bad []program
		for range *batch {
			p := program{text: g.program()}
			text, err := evaluate("(" + p.text + ")")
			if p.want = text; err != nil {
				p.want = err.Error()
				bad = append(bad, p)
			} else {
				good = append(good, p)
			}
		}
		failed += len(bad)
		done += *batch
		different += compare(good) + compareFailing(bad)
	}
	os.RemoveAll(g.dir)
	names := make([]string, 0, len(g.count))
	for name := range g.count {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return g.count[a] - g.count[b] })
	for _, name := range names {
		fmt.Printf("%s:%d ", name, g.count[name])
	}
	fmt.Printf("\n%d programs, %d of them fail, %d without an answer of Nix, %d differences\n", done, failed, unanswered, different)
	if different > 0 {
		os.Exit(1)
	}
}

// makeFiles makes a directory with files that programs read.
func makeFiles() (string, error) {
	dir, err := os.MkdirTemp("", "langfuzz")
	if err == nil {
		err = os.MkdirAll(filepath.Join(dir, "d", "sub"), 0o755)
	}
	for _, name := range []string{"d/f", "d/sub/g"} {
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), []byte("the file "+name+"\n"), 0o644)
		}
	}
	return dir, err
}

// store is the setting of Nix for a store below the directory of makeFiles.
var store string

type program struct{ text, want string }

// unanswered counts the programs that Nix took too long for, as its regular expressions may.
var unanswered int

func evaluate(text string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	root, err := source.OpenDir("/")
	if err != nil {
		return "", err
	}
	defer root.Close()
	fs := &source.FS{}
	fs.Mount("/", root)
	ev := eval.New(eval.Options{Context: ctx, Sources: fs, SearchPath: []eval.SearchEntry{{Prefix: "none", Path: "/none"}}})
	v, err := ev.EvalExpr(text, "«string»", "/")
	if err == nil {
		text, err = ev.Print(v)
	}
	var e *eval.Error
	if errors.As(err, &e) {
		return "", errors.New(e.Msg)
	}
	return text, err
}

// nixTimeout bounds one call of Nix. Its regular expressions can take exponential time, and a
// batch with such a program is halved until it is alone, a timeout each time.
const nixTimeout = 10 * time.Second

func nix(text string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), nixTimeout)
	defer cancel()
	// A text from standard input has no positions.
	file := filepath.Join(os.TempDir(), fmt.Sprintf("langfuzz%d.nix", os.Getpid()))
	defer os.Remove(file)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "nix-instantiate", "--eval", "--strict", "--read-write-mode", file)
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), store, "NIX_CONFIG=build-users-group =\nsubstituters =")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return stderr.String(), err
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}

// compareFailing compares the messages of programs that fail. Those of several
// lines are only tried, and those that ask for positions, which nix repl does not have.
func compareFailing(programs []program) (different int) {
	var exprs []string
	var asked []program
	for _, p := range programs {
		if strings.Contains(p.text, "\n") || strings.Contains(p.text, "Pos") {
			if out, err := nix(p.text); err == nil {
				different++
				fmt.Printf("--- embedded refuses (%s) what Nix evaluates to %s:\n%s\n", p.want, out, p.text)
			}
			continue
		}
		p.text = "builtins.deepSeq (" + p.text + ") null"
		_, err := evaluate(p.text)
		if err == nil {
			continue // only printing fails
		}
		p.want = err.Error()
		asked = append(asked, p)
		exprs = append(exprs, p.text)
	}
	if len(exprs) == 0 {
		return different
	}
	answers, err := nixrepl.Ask(exprs, nixrepl.Options{Env: []string{store}, Timeout: nixTimeout})
	if err != nil {
		fmt.Fprintln(os.Stderr, "langfuzz:", err)
		os.Exit(2)
	}
	for i, a := range answers {
		p := asked[i]
		switch {
		case !a.Answered:
			unanswered++
		case !a.Failed:
			different++
			fmt.Printf("--- embedded refuses (%s) what Nix evaluates to %s:\n%s\n", p.want, a.Value, p.text)
		case strings.HasPrefix(p.want, "while parsing TOML: ") && strings.HasPrefix(a.Message, "while parsing TOML: "):
		case line(a.Message) != line(p.want):
			// In a process of its own the names of sets are in the order of this program.
			out, _ := nix(p.text)
			if a = nixrepl.Parse(out); line(a.Message) == line(p.want) {
				continue
			}
			different++
			fmt.Printf("--- program:\n%s\nembedded: %s\nNix:      %s\n", p.text, line(p.want), line(a.Message))
		}
	}
	return different
}

// line is the first line of a message. Nix prints a tab as the spaces up to the next column of
// tabs, and no carriage returns.
func line(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	s = strings.ReplaceAll(s, "\r", "")
	return strings.TrimRight(blanks.ReplaceAllString(s, " "), " ")
}

var blanks = regexp.MustCompile(`[ \t]*\t[ \t]*| {2,}`)

// compare evaluates programs as one list, and halves it where they differ.
func compare(programs []program) int {
	if len(programs) == 0 {
		return 0
	}
	var text, want strings.Builder
	text.WriteString("[\n")
	want.WriteString("[ ")
	for _, p := range programs {
		text.WriteString("(" + p.text + ")\n")
		want.WriteString(p.want + " ")
	}
	got, err := nix(text.String() + "]")
	if err == nil && plain(got) == plain(want.String()+"]") {
		return 0
	}
	if len(programs) == 1 && errors.Is(err, context.DeadlineExceeded) {
		unanswered++
		return 0
	}
	if len(programs) == 1 {
		fmt.Printf("--- program:\n%s\nembedded: %s\nNix:      %s\n", programs[0].text, programs[0].want, got[max(0, len(got)-1500):])
		return 1
	}
	half := len(programs) / 2
	return compare(programs[:half]) + compare(programs[half:])
}

var dollar = regexp.MustCompile(`\\+\$`)

// plain leaves out the backslashes before dollars: old versions of Nix print more of them in names.
func plain(text string) string { return dollar.ReplaceAllString(text, "$") }

// Command langfuzz compares the embedded evaluator with the installed Nix on
// generated programs, many in one call of Nix:
//
//	go run ./checks/langfuzz [-n PROGRAMS] [-seed SEED] [-batch SIZE]
//
// The programs are well typed and use every operator and nearly every pure
// builtin. It prints how often each occurred, and exits with 1 at the first
// batch with a difference, after it has shown the programs that differ. A
// program that fails is compared too: the other evaluator has to refuse it,
// unless a number overflows.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

func main() {
	programs := flag.Int("n", 2000, "how many programs")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of the generator")
	batch := flag.Int("batch", 250, "programs a call of Nix")
	flag.Parse()
	fmt.Println("seed", *seed)
	g := &generator{r: rand.New(rand.NewPCG(*seed, 1)), count: make(map[string]int)}
	if digits, err := nix("builtins.toJSON 0.1234567"); err == nil && digits == `"0.1234567"` {
		rules['j'] = append(rules['j'], rule{"json-float", "[ %f %f ]"})
	}
	failed, different := 0, 0
	for done := 0; done < *programs; done += *batch {
		var good, bad []program
		for range *batch {
			p := program{text: g.program()}
			text, err := evaluate(p.text)
			if err != nil && strings.Contains(err.Error(), "integer overflow") {
				failed++ // before 2.25 Nix goes on with what is left of the number
			} else if err != nil {
				p.want = err.Error()
				bad = append(bad, p)
			} else {
				p.want = text
				good = append(good, p)
			}
		}
		failed += len(bad)
		different += compare(good)
		// One call for each that fails is slow, so only some are looked at.
		for _, p := range bad[:min(len(bad), 5)] {
			if out, err := nix(p.text); err == nil {
				different++
				fmt.Printf("--- embedded refuses (%s) what Nix evaluates to %s:\n%s\n", p.want, out, p.text)
			}
		}
		if different > 0 {
			break
		}
	}
	names := make([]string, 0, len(g.count))
	for name := range g.count {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return g.count[a] - g.count[b] })
	for _, name := range names {
		fmt.Printf("%s:%d ", name, g.count[name])
	}
	fmt.Printf("\n%d programs, %d of them fail, %d differences\n", *programs, failed, different)
	if different > 0 {
		os.Exit(1)
	}
}

type program struct{ text, want string }

func evaluate(text string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	ev := eval.New(eval.Options{Context: ctx})
	v, err := ev.EvalExpr(text, "p", "/")
	if err != nil {
		return "", err
	}
	return ev.Print(v)
}

func nix(text string) (string, error) {
	cmd := exec.Command("nix-instantiate", "--eval", "--strict", "-")
	cmd.Dir = "/"
	cmd.Stdin = strings.NewReader(text)
	cmd.Env = append(os.Environ(), "NIX_REMOTE=dummy://")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return stderr.String(), err
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}

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
	if len(programs) == 1 {
		fmt.Printf("--- program:\n%s\nembedded: %s\nNix:      %s\n", programs[0].text, programs[0].want, got)
		return 1
	}
	half := len(programs) / 2
	return compare(programs[:half]) + compare(programs[half:])
}

var dollar = regexp.MustCompile(`\\+\$`)

// plain leaves out the backslashes before dollars: old versions of Nix print more of them in names.
func plain(text string) string { return dollar.ReplaceAllString(text, "$") }

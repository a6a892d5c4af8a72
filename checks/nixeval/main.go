// Command nixeval evaluates a file with the embedded evaluator and prints JSON:
//
//	go run ./checks/nixeval [-n TIMES] FILE
//
// Everything under / may be read. It is for comparing with Nix and for timing.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

func main() {
	times := flag.Int("n", 1, "evaluate this often and print the time of each")
	flag.Parse()
	dir, err := source.OpenDir("/")
	if err != nil {
		fail(nil, err)
	}
	file, err := filepath.Abs(flag.Arg(0))
	if err != nil {
		fail(nil, err)
	}
	for i := range *times {
		start := time.Now()
		sources := &source.FS{}
		sources.Mount("/", dir)
		ev := eval.New(eval.Options{Sources: sources, Trace: func(s string) { fmt.Fprintln(os.Stderr, s) }})
		v, err := ev.EvalFile(file)
		if err != nil {
			fail(ev, err)
		}
		out, err := ev.ToJSON(v)
		if err != nil {
			fail(ev, err)
		}
		if *times > 1 {
			fmt.Fprintln(os.Stderr, time.Since(start), ev.AllocatedBytes())
		}
		if i == 0 {
			fmt.Println(string(out))
		}
	}
}

func fail(ev *eval.Evaluator, err error) {
	fmt.Fprintln(os.Stderr, "error:", err)
	var e *eval.Error
	if ev != nil && errors.As(err, &e) {
		fmt.Fprint(os.Stderr, ev.Excerpt(e.Position))
		for _, f := range e.Trace {
			fmt.Fprintln(os.Stderr, "  ", f.Msg, f.Position)
		}
	}
	os.Exit(1)
}

// Command nixeval evaluates a file or a flake's output with the embedded
// evaluator and prints JSON:
//
//	go run ./checks/nixeval [-n TIMES] [-cpuprofile OUT] [-features A,B] [-time D] [-memory BYTES] FILE | DIR#ATTR.PATH
//
// The default limits are those of the evaluator, without one of time. A file may read everything under /. It is for comparing with Nix and for timing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

var limits eval.Limits

func main() {
	eval.Pace(32<<20, 200)
	if filepath.Base(os.Args[0]) == "nix-instantiate" {
		os.Exit(instantiate(os.Args[1:]))
	}
	times := flag.Int("n", 1, "evaluate this often and print the time of each")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	features = flag.String("features", "", "experimental features of Nix to turn on, separated by commas")
	flag.DurationVar(&limits.Time, "time", 0, "end an evaluation after this `time`")
	flag.Int64Var(&limits.Memory, "memory", 0, "end an evaluation that holds more than so many `bytes`")
	flag.Parse()
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			fail(nil, err)
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			fail(nil, err)
		}
		defer pprof.StopCPUProfile()
	}
	for i := range *times {
		start := time.Now()
		ev, v, err := evaluate(flag.Arg(0))
		if err != nil {
			fail(ev, err)
		}
		out, err := ev.ToJSON(v)
		if err != nil {
			fail(ev, err)
		}
		if *times > 1 {
			fmt.Fprintln(os.Stderr, time.Since(start), ev.Charged())
		}
		if i == 0 {
			fmt.Println(string(out))
		}
	}
}

var features *string

func evaluate(what string) (*eval.Evaluator, eval.Value, error) {
	options := eval.Options{Limits: limits, Trace: func(s string) { fmt.Fprintln(os.Stderr, s) }}
	for _, name := range strings.Split(*features, ",") {
		switch name {
		case "":
		case "pipe-operators":
			options.PipeOperators = true
		case "blake3-hashes":
			options.BLAKE3 = true
		case "parse-toml-timestamps":
			options.TOMLTimestamps = true
		default:
			return nil, nil, errors.New("unknown feature " + name)
		}
	}
	if dir, attr, ok := strings.Cut(what, "#"); ok {
		ref, err := flake.Find(dir)
		if err != nil {
			return nil, nil, err
		}
		f, err := flake.Open(context.Background(), ref, flake.Options{Eval: nix.Options{Limits: limits, Trace: options.Trace}})
		if err != nil {
			return nil, nil, err
		}
		v, found, err := f.Output(strings.Split(attr, ".")...)
		if err == nil && !found {
			err = errors.New("not found: " + attr)
		}
		return f.Evaluator().Engine(), v.Engine(), err
	}
	dir, err := source.OpenDir("/")
	if err != nil {
		return nil, nil, err
	}
	file, err := filepath.Abs(what)
	if err != nil {
		return nil, nil, err
	}
	options.Sources = &source.FS{}
	options.Sources.Mount("/", dir)
	ev := eval.New(options)
	v, err := ev.EvalFile(file)
	return ev, v, err
}

func fail(ev *eval.Evaluator, err error) {
	fmt.Fprintln(os.Stderr, "error:", err)
	var e *eval.Error
	if ev != nil && errors.As(err, &e) {
		fmt.Fprint(os.Stderr, ev.Excerpt(e.Position))
		for _, f := range e.Trace[:min(len(e.Trace), 8)] {
			fmt.Fprintln(os.Stderr, "  ", f.Msg, f.Position)
		}
	}
	os.Exit(1)
}

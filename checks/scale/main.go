// Command scale holds the embedded evaluator to its limits and to Nix's orders
// of growth. Its programs scale one dimension of one builtin or operator: a
// length, a depth, a number of keys, of contexts, a shared structure, a pattern.
//
//	go run ./checks/scale limits [-every K] [-run REGEXP]   each ends within its limits
//	go run ./checks/scale growth [-run REGEXP]              none grows faster than with Nix
//	go run ./checks/scale print NAME N                      the text of a program
//
// limits evaluates each program in a process of its own, with one second and 256 MiB.
// It must end with a value or a typed error within two seconds (of CPU or wall time) and
// 512 MiB of memory. growth needs nix-instantiate on PATH; to compare with another
// Nix: checks/nix-version sid go run ./checks/scale growth.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: scale limits | growth | print NAME N"))
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	every := flags.Int("every", 1, "run one of so many programs")
	match := flags.String("run", "", "run the programs whose name matches")
	jobs := flags.Int("jobs", 2, "run so many at a time")
	args := os.Args[2:]
	switch os.Args[1] {
	case evaluateCommand:
		evaluateMain(args)
	case "limits":
		flags.Parse(args)
		pattern := regexp.MustCompile(*match)
		bounds := bounds{time: time.Second, memory: 256 << 20, duration: 2 * time.Second, rss: 512 << 20}
		count, bad := 0, 0
		checkAll(hostile(), *every, *jobs, pattern, bounds, func(r result) {
			count++
			if r.problem != "" {
				bad++
				fmt.Printf("%s\n\t%s\n\tcpu %v, wall %v, %d MiB: %s\n", r.program.name, r.problem, r.cpu, r.wall, r.rss>>20, r.outcome)
			}
		})
		fmt.Printf("%d programs, %d beyond their bounds\n", count, bad)
		if bad > 0 {
			os.Exit(1)
		}
	case "growth":
		flags.Parse(args)
		if bad := growth(regexp.MustCompile(*match)); bad > 0 {
			os.Exit(1)
		}
	case "print":
		n, err := strconv.Atoi(args[1])
		if err != nil {
			fail(err)
		}
		for _, p := range hostile() {
			if p.name == args[0] {
				fmt.Println(p.text(n))
				return
			}
		}
		fail(fmt.Errorf("no program is named %s", args[0]))
	default:
		fail(fmt.Errorf("unknown command: %s", os.Args[1]))
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "scale:", err)
	os.Exit(1)
}

// Command crash tries to make the store of Pods lose or damage data that it has
// acknowledged. It runs as checks/crash:
//
//	checks/crash [--cycles N] [--states N] [--seed N] [--dir DIR]
//
// Cycles kill three processes that write to one store, with signal 9 at random moments,
// and then check the store. States run the same code on an in-memory file system, cut the
// power at each operation, and check what may be on disk. The controls leave out the
// fsync of directories or of files, and must fail.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/durable/crashfs"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == writerCommand {
		os.Exit(write(os.Args[2], os.Args[3]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "crash:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("crash", flag.ContinueOnError)
	cycles := flags.Int("cycles", 20, "how often three writers are killed; 0 for not at all")
	states := flags.Int("states", 5000, "how many states after a power cut are looked at; 0 for none")
	seed := flags.Uint64("seed", uint64(time.Now().UnixNano()), "what the random numbers begin with")
	dir := flags.String("dir", "", "a folder on the disk to write to (default a temporary one)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	fmt.Fprintf(out, "seed %d\n", *seed)
	var failed []error
	if *states > 0 {
		failed = append(failed,
			report(ctx, out, "power cuts", *states, *seed, func(f durable.FS) durable.FS { return f }, false),
			report(ctx, out, "control without the fsync of folders", *states/10, *seed, crashfs.ForgetDirs, true),
			report(ctx, out, "control without the fsync of files", *states/10, *seed, crashfs.ForgetFiles, true))
	}
	if *cycles > 0 {
		failed = append(failed, kill(ctx, out, *cycles, *seed, *dir))
	}
	return errors.Join(failed...)
}

// report runs a simulation and prints the result; a control must fail.
func report(ctx context.Context, out io.Writer, name string, states int, seed uint64, wrap func(durable.FS) durable.FS, control bool) error {
	s := simulation{wrap: wrap, seed: seed}
	if err := s.run(ctx, states); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %d states, %d with something lost, %d with something torn\n", name, s.states, s.lost, s.torn)
	switch wrong := s.lost + s.torn; {
	case control && wrong == 0:
		return fmt.Errorf("%s: nothing went wrong, so the simulation sees nothing", name)
	case !control && wrong > 0:
		return fmt.Errorf("%s: %s", name, s.first)
	}
	return nil
}

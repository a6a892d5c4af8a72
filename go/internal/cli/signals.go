package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// interruptible is a context that ends at ctrl-C. A second ctrl-C ends the
// process at once. Broken pipes become write errors instead of a silent death.
func interruptible() (context.Context, context.CancelFunc) {
	pipes := make(chan os.Signal, 1)
	signal.Notify(pipes, syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

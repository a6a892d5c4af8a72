package cli

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// interruptible is a context that ends at ctrl-C. A second ctrl-C ends the
// process at once, and so does the first when nothing waits for the context:
// the handlers are set when something does, and beside its work, since setting
// them takes longer than many a command.
type interruptible struct {
	context.Context
	cancel context.CancelFunc
	once   *sync.Once
}

func newInterruptible() interruptible {
	ctx, cancel := context.WithCancel(context.Background())
	return interruptible{ctx, cancel, new(sync.Once)}
}

func (i interruptible) Done() <-chan struct{} {
	i.once.Do(func() { go i.listen() })
	return i.Context.Done()
}

func (i interruptible) listen() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	<-signals
	signal.Stop(signals)
	i.cancel()
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

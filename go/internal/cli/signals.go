package cli

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/halt"
)

const (
	// quick is how long a program may run without signal handlers: setting them takes
	// longer than many commands.
	quick = 10 * time.Millisecond
	// farewell is how long an interrupted program may take to end by itself.
	farewell = 120 * time.Millisecond
)

// interruptible is a context that ends at ctrl-C. The program then has a moment to end by
// itself before halt.Now ends it. The handlers are set when something calls Done, which
// comes before it waits, or when the program takes long.
type interruptible struct {
	context.Context
	cancel context.CancelFunc
	once   *sync.Once
	late   func() // ends a program that has not ended by itself
}

func newInterruptible(late func()) interruptible {
	ctx, cancel := context.WithCancel(context.Background())
	i := interruptible{ctx, cancel, new(sync.Once), late}
	time.AfterFunc(quick, i.begin)
	return i
}

func (i interruptible) Done() <-chan struct{} {
	i.begin()
	return i.Context.Done()
}

func (i interruptible) begin() {
	i.once.Do(func() {
		signals := make(chan os.Signal, 1)
		for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
			if !signal.Ignored(s) { // as under nohup, or for a job in the background
				signal.Notify(signals, s)
			}
		}
		go i.listen(signals)
	})
}

func (i interruptible) listen(signals chan os.Signal) {
	for <-signals; signalsAreTheCommands.Load(); <-signals {
	}
	signal.Stop(signals) // a second signal has its default effect
	i.cancel()
	time.Sleep(farewell)
	i.late()
}

// signalsAreTheCommands is set while this process only waits for a command, to which it
// forwards signals.
var signalsAreTheCommands atomic.Bool

// interruptedLate reports an interruption and ends the program at once.
func (p *program) interruptedLate() {
	halt.Now(func() int { return p.report(context.Canceled, p.json) })
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

package tui

import (
	"context"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Options say where and how the interface is shown.
type Options struct {
	In  io.Reader
	Out io.Writer
	// Accessible asks line by line instead of drawing a screen.
	Accessible bool

	more []tea.ProgramOption // of tests, whose output is no terminal
}

// farewell is how long the work that was cancelled may take to end.
const farewell = 3 * time.Second

// Run shows the interface until the user leaves it. The error of an
// interruption says nothing: the user knows.
func Run(ctx context.Context, b *Backend, o Options) error {
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	if o.Accessible {
		return converse(ctx, b, o)
	}
	a := newApp(working, b)
	options := append(o.more, tea.WithContext(ctx), tea.WithInput(o.In), tea.WithOutput(o.Out), tea.WithoutSignalHandler())
	_, err := tea.NewProgram(a, options...).Run()
	cancel()
	a.work.end()
	switch {
	case a.interrupted || ctx.Err() != nil:
		return interrupted()
	case err != nil:
		return diag.Errorf(diag.ExitInternal, "terminal-failed", "the terminal cannot be used: %v", err)
	}
	return nil
}

func interrupted() error { return &diag.Error{Exit: diag.ExitInterrupted} }

// end waits for cancelled work, so that no evaluation outlives the program.
func (w *worker) end() {
	done := make(chan struct{})
	go func() {
		w.wait.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(farewell):
	}
}
